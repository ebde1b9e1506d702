import type { SignatureResult } from '../iam/signature.ts';

/** An error as DynamoDB sends it: status 400 unless the fault is the service's own, the name in `__type`. */
export interface Refusal {
  readonly status: number;
  readonly body: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

const coral = (name: string, message: string): Refusal => ({
  status: 400,
  body: { __type: `com.amazon.coral.service#${name}`, message },
});

/** Only this one spells its member `Message`. */
export const accessDenied = (sentence: string): Refusal => ({
  status: 400,
  body: { __type: 'com.amazon.coral.service#AccessDeniedException', Message: sentence },
});

export const unknownOperation = (operation: string): Refusal =>
  coral('UnknownOperationException', `${operation || 'a request without X-Amz-Target'} is not served locally`);

export const notJson: Refusal = coral('SerializationException', 'the request body is not a JSON object');

export const tooLarge: Refusal = {
  status: 413,
  body: { __type: 'com.amazon.coral.service#RequestEntityTooLargeException', message: 'the request exceeds 16 MB' },
};

export const invalid = (message: string): Refusal => ({
  status: 400,
  body: { __type: 'com.amazon.coral.validate#ValidationException', message },
});

export const unavailable = (message: string): Refusal => ({
  status: 500,
  body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message },
});

/** DynamoDB's names and sentences for a request that nobody known has signed. */
export function unsigned(result: SignatureResult & { ok: false }): Refusal {
  switch (result.code) {
    case 'MissingAuthenticationToken':
      return coral('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
      return coral('UnrecognizedClientException', 'The security token included in the request is invalid.');
    case 'RequestExpired':
      return coral('InvalidSignatureException', result.message);
    case 'SignatureDoesNotMatch':
      return coral(
        'InvalidSignatureException',
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
      );
  }
}
