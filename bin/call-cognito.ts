import { request } from 'node:http';

/** A refusal of the user pool. `name` is Cognito's, like `NotAuthorizedException`. */
export class CognitoError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Calls an operation that needs no signature. The SDK's client would stay in the memory of `npm start` with 10 MB.
 * @returns the parsed answer
 * @throws CognitoError; Error with a `code` like `ECONNREFUSED` when there is nobody at the address
 */
export function callCognito(endpoint: string, operation: string, input: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        const answer: unknown = JSON.parse(text || '{}');
        if (response.statusCode === 200) return resolve(answer);
        const { __type: name, message } = Object(answer);
        reject(new CognitoError(String(name).replace(/^.*#/, ''), String(message)));
      });
    });
    outgoing.end(JSON.stringify(input));
  });
}
