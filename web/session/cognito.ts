/** Cognito's HTTP interface, as far as a page needs it: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/ */
import { sentenceFor } from './sentences.ts';

/** What Cognito refuses; `code` is its own name for it, such as `NotAuthorizedException`, and the message a sentence for people. */
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

/** @throws CognitoError; Error, one sentence, when it is not reached */
export function createCognito(address: string): Cognito {
  // The page's policy names a folder, in which the address itself is not without its slash.
  const endpoint = `${address.replace(/\/$/, '')}/`;
  return async <Answer>(operation: string, body: object) => {
    const { ok, status, text } = await post(endpoint, operation, body);
    const answer = read(text);
    if (ok) return answer as Answer;
    const code = String(answer.__type ?? 'InternalErrorException').replace(/^.*#/, '');
    const message = String(answer.message ?? answer.Message ?? `The server answered ${status}.`);
    throw new CognitoError(code, sentenceFor(operation, code, message));
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

/** What stands between the page and Cognito may answer with something else than JSON. */
function read(text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}
