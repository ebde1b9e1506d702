/** What Cognito's errors mean to somebody who looks at the page. */
const sentences: Readonly<Record<string, string>> = {
  UserNotFoundException: 'The user name or the password is not right.',
  UserNotConfirmedException: 'This account is not confirmed yet.',
  PasswordResetRequiredException: 'This account needs a new password: choose “Forgotten password”.',
  UsernameExistsException: 'This user name is taken. Choose another, or sign in if it is yours.',
  InvalidPasswordException: 'This password is too weak: look at what it needs.',
  CodeMismatchException: 'This code is not right. Take the one of the newest mail.',
  ExpiredCodeException: 'This code is not valid any more. Have a new one sent.',
  LimitExceededException: 'That was too often. Wait for a while, then try again.',
  TooManyRequestsException: 'That was too often. Wait for a moment, then try again.',
  TooManyFailedAttemptsException: 'That was wrong too often. Wait for a while, then try again.',
  CodeDeliveryFailureException: 'The code could not be sent. Is the e-mail address right?',
  ResourceNotFoundException: 'This page was made for a server that is not there any more. Load it again.',
  InternalErrorException: 'The server has a problem. Try again in a moment.',
};

/**
 * @param operation Cognito's name of what was asked for, such as `InitiateAuth`
 * @param message what Cognito says itself: shown where nothing better is known
 */
export function sentenceFor(operation: string, code: string, message: string): string {
  if (code === 'NotAuthorizedException') {
    if (/attempts exceeded/i.test(message)) return sentences.TooManyFailedAttemptsException ?? message;
    if (/disabled/i.test(message)) return 'This account is disabled.';
    if (operation === 'InitiateAuth') return sentences.UserNotFoundException ?? message;
  }
  if (code === 'InvalidParameterException' && /e-?mail/i.test(message)) return 'This is not an e-mail address.';
  return sentences[code] ?? `${message.replace(/\.*$/, '')}.`;
}
