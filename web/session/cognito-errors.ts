import type { Label } from '../words/words.ts';

/** Cognito's errors in sentences for the user. */
const messages: Readonly<Record<string, Label>> = {
  UserNotFoundException: 'The user name or the password is not right.',
  UserNotConfirmedException: 'This account is not confirmed yet.',
  PasswordResetRequiredException: 'This account needs a new password: choose “Forgotten password”.',
  UsernameExistsException: 'This user name is taken. Choose another, or sign in if it is yours.',
  InvalidPasswordException: 'This password is too weak: see the list of rules.',
  CodeMismatchException: 'This code is not right. Use the one in the newest mail.',
  ExpiredCodeException: 'This code is not valid any more. Have a new one sent.',
  LimitExceededException: 'That was too often. Wait for a while, then try again.',
  TooManyRequestsException: 'That was too often. Wait for a moment, then try again.',
  CodeDeliveryFailureException: 'The code could not be sent. Is the e-mail address right?',
  ResourceNotFoundException: 'This page belongs to a server that no longer exists. Load it again.',
  InternalErrorException: 'The server has a problem. Try again in a moment.',
};

/**
 * The sentence for an error. This file is loaded by itself when there is an error, so it shares no code with the page.
 * @param t of words.ts
 * @param operation Cognito's name of the request, such as `InitiateAuth`
 * @param message Cognito's own text: used if no better one is known
 */
export function messageFor(t: (sentence: Label) => string, operation: string, code: string, message: string): string {
  if (code === 'NotAuthorizedException') {
    if (/attempts exceeded/i.test(message)) return t('That was wrong too often. Wait for a while, then try again.');
    if (/disabled/i.test(message)) return t('This account is disabled.');
    if (operation === 'InitiateAuth') return t('The user name or the password is not right.');
  }
  if (code === 'InvalidParameterException' && /e-?mail/i.test(message)) return t('This is not an e-mail address.');
  // The server's own reason: "PreSignUp failed with error unable to sign up; the name looks like one that somebody has: choose another."
  const [, reason] = /^PreSignUp failed with error unable to sign up; (.+)$/.exec(message) ?? [];
  if (reason && /looks like|belongs to/.test(reason)) return t('Somebody else has this name. Choose another one.');
  if (reason) return `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.*$/, '')}.`;
  const known = messages[code] ?? (message === '' ? messages.InternalErrorException : undefined);
  return known ? t(known) : `${message.replace(/\.*$/, '')}.`;
}
