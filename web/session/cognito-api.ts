/** The part of Cognito's HTTP API that the page uses: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/ */

/** An error of Cognito. `code` is Cognito's name for it, such as `NotAuthorizedException`; the message is a sentence for the user. */
export class CognitoError extends Error {
  override readonly name = 'CognitoError';
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export type Cognito = <Answer = unknown>(operation: string, body: object) => Promise<Answer>;

/** @throws CognitoError; Error with a sentence for the user if Cognito cannot be reached */
export function createCognito(address: string): Cognito {
  // The content security policy allows this address as a folder, which needs the slash at the end.
  const endpoint = `${address.replace(/\/$/, '')}/`;
  return async <Answer>(operation: string, body: object) => {
    const { ok, status, text } = await post(endpoint, operation, body);
    const answer = read(text);
    if (ok) return answer as Answer;
    const code = String(answer.__type ?? 'InternalErrorException').replace(/^.*#/, '');
    const message = String(answer.message ?? answer.Message ?? `The server answered ${status}.`);
    throw new CognitoError(code, messageFor(operation, code, message));
  };
}

async function post(endpoint: string, operation: string, body: object) {
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (cause) {
    throw new Error('The server cannot be reached. Check your connection and try again.', { cause });
  }
}

/** A proxy between the page and Cognito may answer with something other than JSON. */
function read(text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

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
  // The server's own reason: "PreSignUp failed with error unable to sign up; the name looks like one that somebody has: choose another."
  const [, reason] = /^PreSignUp failed with error unable to sign up; (.+)$/.exec(message) ?? [];
  if (reason) return `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.*$/, '')}.`;
  return messages[code] ?? `${message.replace(/\.*$/, '')}.`;
}
