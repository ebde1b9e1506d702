/** Cognito's HTTP interface, as far as a page needs it: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/ */

/** What Cognito refuses; `code` is its own name for it, such as `NotAuthorizedException`. */
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

/** @throws CognitoError; TypeError when it is not reached */
export function createCognito(endpoint: string): Cognito {
  return async <Answer>(operation: string, body: object) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const answer = text === '' ? {} : JSON.parse(text);
    if (response.ok) return answer as Answer;
    const code = String(answer.__type ?? 'InternalErrorException').replace(/^.*#/, '');
    throw new CognitoError(code, String(answer.message ?? answer.Message ?? `Cognito answered ${response.status}`));
  };
}
