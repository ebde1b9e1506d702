import { AwsError } from '#aws-json/aws-error';
import type { SignatureResult } from '#iam/signature';
import { signatureErrors } from '#iam/verify-request';

const coral = 'com.amazon.coral.service#';

export const common = (name: string, message: string, status?: number) =>
  new AwsError(`${coral}${name}`, message, { status });

/** Of DynamoDB's errors only this one has a field `Message`. */
export const accessDenied = (message: string) =>
  new AwsError(`${coral}AccessDeniedException`, message, { messageField: 'Message' });

export const validation = (message: string) => new AwsError('com.amazon.coral.validate#ValidationException', message);

export const invalid = () => validation('1 validation error detected: the request names no table');

export const unavailable = (message: string) =>
  new AwsError('com.amazonaws.dynamodb.v20120810#InternalServerError', message, { status: 500 });

/** DynamoDB has its own sentences for requests without a valid signature. */
export function unsigned({ code, message }: SignatureResult & { ok: false }): AwsError {
  const sentences = {
    MissingAuthenticationToken: 'Request is missing Authentication Token',
    InvalidAccessKeyId: 'The security token included in the request is invalid.',
    InvalidToken: 'The security token included in the request is invalid.',
    RequestExpired: message,
    SignatureDoesNotMatch:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  };
  return new AwsError(`${coral}${signatureErrors[code]}`, sentences[code]);
}
