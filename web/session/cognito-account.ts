/** Signing up, and choosing another password. All functions throw what `CognitoAuth` throws. */

import { t } from '../words/words.ts';
import { CognitoError } from './cognito-api.ts';
import type { CognitoAuth } from './cognito-auth.ts';

interface Sent {
  readonly UserConfirmed?: boolean;
  readonly CodeDeliveryDetails?: { readonly Destination?: string };
}

/** Only the trigger function that runs after the confirmation failed: the account is confirmed. */
const triggerCodes = ['UserLambdaValidationException', 'UnexpectedLambdaException', 'InvalidLambdaResponseException'];

const sentTo = ({ CodeDeliveryDetails }: Sent) => CodeDeliveryDetails?.Destination ?? t('your e-mail address');

/** @returns the masked address that the code was sent to; undefined if the account needs no confirmation */
export async function createAccount(
  cognito: CognitoAuth,
  Username: string,
  Password: string,
  email: string,
): Promise<string | undefined> {
  const UserAttributes = [{ Name: 'email', Value: email }];
  const answer = await cognito.request<Sent>('SignUp', { Username, Password, UserAttributes });
  return answer.UserConfirmed ? undefined : sentTo(answer);
}

export async function confirmAccount(cognito: CognitoAuth, Username: string, ConfirmationCode: string): Promise<void> {
  try {
    await cognito.request('ConfirmSignUp', { Username, ConfirmationCode });
  } catch (error) {
    if (!(error instanceof CognitoError)) throw error;
    const already = error.code === 'NotAuthorizedException' && /CONFIRMED/.test(error.message);
    if (!already && !triggerCodes.includes(error.code)) throw error;
  }
}

/** @returns the masked address that the code was sent to */
export async function resendCode(cognito: CognitoAuth, Username: string): Promise<string> {
  return sentTo(await cognito.request<Sent>('ResendConfirmationCode', { Username }));
}

/** Sends a code for a new password. @returns the masked address that the code was sent to */
export async function sendResetCode(cognito: CognitoAuth, Username: string): Promise<string> {
  return sentTo(await cognito.request<Sent>('ForgotPassword', { Username }));
}

export async function resetPassword(
  cognito: CognitoAuth,
  Username: string,
  ConfirmationCode: string,
  Password: string,
): Promise<void> {
  try {
    await cognito.request('ConfirmForgotPassword', { Username, ConfirmationCode, Password });
  } catch (error) {
    if (!(error instanceof CognitoError && triggerCodes.includes(error.code))) throw error;
  }
}
