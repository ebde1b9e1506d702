import type { Incoming } from '#answer';
import type { Context } from '#context';
import { type SignatureCode, type SignatureResult, verifySignature } from './signature.ts';

/** Checks the signature of a request whose body was read. @param service the signing name, like `dynamodb` */
export function verifyRequest(
  { method, url, sentUrl = url, headers }: Incoming,
  body: Buffer,
  service: string,
  { stack, keys, clock }: Pick<Context, 'stack' | 'keys' | 'clock'>,
): SignatureResult {
  return verifySignature(
    { method, url: sentUrl, headers, payload: { body } },
    { service, region: stack.region, keys, now: () => clock.now() },
  );
}

/** The names that most services have for these failures (IAM user guide, "Common errors"). */
export const signatureErrors = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  RequestExpired: 'InvalidSignatureException',
} as const satisfies Record<SignatureCode, string>;
