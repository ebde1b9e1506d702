import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CognitoError, callCognito } from './call-cognito.ts';
import type { createAccount as createAccountOf } from './create-account.ts';
import { keepPassword, newPassword, readPasswords } from './demo-passwords.ts';
import type { LocalOutputs } from './local-outputs.ts';

/** Somebody who is signed in on the local user pool. */
export interface ConfirmedUser {
  readonly name: string;
  readonly password: string;
  /** An access token, good for an hour. */
  readonly token: string;
}

const SignedIn = z.object({ AuthenticationResult: z.object({ AccessToken: z.string() }).optional() });

/** The password that users of earlier versions have: the same on every machine. */
const passwordAsBefore = (name: string) => `Parley-${name}-1`;

/**
 * Signs a user in, and up before if need be, as a person would: the confirmation code is read from the mail. The password is the data folder's.
 * @param dataDirectory where the local user pool writes its mail, and where the passwords are
 * @param createAccount how an account is made where nobody may sign up; without it that is an error (`isClosed`)
 * @throws Error when the name is somebody's with another password
 */
export async function confirmedUser(
  name: string,
  outputs: LocalOutputs,
  dataDirectory: string,
  createAccount?: typeof createAccountOf,
): Promise<ConfirmedUser> {
  const mailDirectory = join(dataDirectory, 'mail');
  const call = (operation: string, input: object) => callCognito(outputs.CognitoEndpoint, operation, input);
  const ClientId = outputs.UserPoolClientId;
  const kept = (await readPasswords(dataDirectory))[name];
  const password = kept ?? newPassword();
  if (kept === undefined) await keepPassword(dataDirectory, name, password);
  const signIn = async (password: string) => {
    const AuthParameters = { USERNAME: name, PASSWORD: password };
    const answer = await call('InitiateAuth', { AuthFlow: 'USER_PASSWORD_AUTH', ClientId, AuthParameters });
    const token = SignedIn.parse(answer).AuthenticationResult?.AccessToken;
    if (!token) throw new Error(`unable to sign ${name} in; the user pool wants another step`);
    return { name, password, token };
  };
  const asSentence = (refusal: unknown) =>
    named(refusal, 'UsernameExistsException')
      ? new Error(`unable to sign ${name} in; the user exists and the password is not ${password}`)
      : refusal;
  /** A user from before gets a password of this data folder. @returns false when there is none with the former password */
  const renew = async () => {
    const before = await signIn(passwordAsBefore(name)).catch(() => undefined);
    if (!before) return false;
    const change = { AccessToken: before.token, PreviousPassword: before.password, ProposedPassword: password };
    await call('ChangePassword', change);
    return true;
  };
  const confirm = async () => {
    const ConfirmationCode = await codeFor(name, mailDirectory);
    await call('ConfirmSignUp', { ClientId, Username: name, ConfirmationCode });
  };
  try {
    return await signIn(password);
  } catch (error) {
    if (named(error, 'UserNotConfirmedException')) {
      await call('ResendConfirmationCode', { ClientId, Username: name });
    } else if (named(error, 'NotAuthorizedException', 'UserNotFoundException')) {
      if (await renew()) return signIn(password);
      // Unknown, or known with another password: Cognito does not tell which, signing up does.
      const UserAttributes = [{ Name: 'email', Value: `${name}@example.com` }];
      try {
        await call('SignUp', { ClientId, Username: name, Password: password, UserAttributes });
      } catch (refusal) {
        if (!createAccount || !isClosed(refusal)) throw asSentence(refusal);
        await createAccount({ name, password }, outputs, dataDirectory).catch((error: unknown) => {
          throw asSentence(error);
        });
        return signIn(password);
      }
    } else throw error;
  }
  await confirm();
  return signIn(password);
}

/** The newest code that was mailed to a user: the last line of the letter. */
async function codeFor(name: string, mailDirectory: string): Promise<string> {
  const letters = (await readdir(mailDirectory)).filter((file) => file.endsWith(`-${name}-confirm.txt`)).sort();
  const newest = letters.at(-1);
  if (!newest) throw new Error(`unable to confirm ${name}; there is no mail in ${mailDirectory}`);
  return (await readFile(join(mailDirectory, newest), 'utf8')).trim().split('\n').at(-1) ?? '';
}

/** Whether somebody was refused because only administrators make accounts. */
export function isClosed(error: unknown): boolean {
  return error instanceof CognitoError && /^SignUp is not permitted/.test(error.message);
}

function named(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}
