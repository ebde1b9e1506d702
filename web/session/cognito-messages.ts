/** Cognito's errors in sentences for the user. */
const messages: Readonly<Record<string, string>> = {
  UserNotFoundException: 'The user name or the password is not right.',
  UserNotConfirmedException: 'This account is not confirmed yet.',
  PasswordResetRequiredException: 'This account needs a new password: choose “Forgotten password”.',
  UsernameExistsException: 'This user name is taken. Choose another, or sign in if it is yours.',
  InvalidPasswordException: 'This password is too weak: see the list of rules.',
  CodeMismatchException: 'This code is not right. Use the one in the newest mail.',
  ExpiredCodeException: 'This code is not valid any more. Have a new one sent.',
  LimitExceededException: 'That was too often. Wait for a while, then try again.',
  TooManyRequestsException: 'That was too often. Wait for a moment, then try again.',
  TooManyFailedAttemptsException: 'That was wrong too often. Wait for a while, then try again.',
  CodeDeliveryFailureException: 'The code could not be sent. Is the e-mail address right?',
  ResourceNotFoundException: 'This page belongs to a server that no longer exists. Load it again.',
  InternalErrorException: 'The server has a problem. Try again in a moment.',
};

/**
 * @param operation Cognito's name of the request, such as `InitiateAuth`
 * @param message Cognito's own text: used if no better one is known
 */
export function messageFor(operation: string, code: string, message: string): string {
  if (code === 'NotAuthorizedException') {
    if (/attempts exceeded/i.test(message)) return messages.TooManyFailedAttemptsException ?? message;
    if (/disabled/i.test(message)) return 'This account is disabled.';
    if (operation === 'InitiateAuth') return messages.UserNotFoundException ?? message;
  }
  if (code === 'InvalidParameterException' && /e-?mail/i.test(message)) return 'This is not an e-mail address.';
  return messages[code] ?? `${message.replace(/\.*$/, '')}.`;
}
