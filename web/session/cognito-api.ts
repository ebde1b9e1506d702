/** The part of Cognito's HTTP API that the page uses: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/ */

import { t } from '../words/words.ts';

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
    const { ok, text } = await post(endpoint, operation, body);
    const answer = read(text);
    if (ok) return answer as Answer;
    const code = String(answer.__type ?? 'InternalErrorException').replace(/^.*#/, '');
    throw new CognitoError(code, await sentenceFor(operation, code, String(answer.message ?? answer.Message ?? '')));
  };
}

/** Most visits see no such error, so the sentences are loaded when one is there. */
async function sentenceFor(operation: string, code: string, message: string): Promise<string> {
  const errors = await import('./cognito-errors.ts').catch(() => undefined);
  return errors?.messageFor(t, operation, code, message) ?? t('The server has a problem. Try again in a moment.');
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
    return { ok: response.ok, text: await response.text() };
  } catch (cause) {
    throw new Error(t('The server cannot be reached. Check your connection and try again.'), { cause });
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
