import type { IncomingMessage } from 'node:http';
import type { Context } from '#context';
import { type SignatureCode, verifySignature } from '#iam/signature';
import { CognitoError, type CognitoErrorName } from './errors.ts';
import type { RequirePermission } from './operation.ts';

/** The error names of AWS's JSON services (IAM user guide, "Common errors"). */
const errorNames: Record<SignatureCode, CognitoErrorName> = {
  MissingAuthenticationToken: 'MissingAuthenticationTokenException',
  InvalidAccessKeyId: 'UnrecognizedClientException',
  InvalidToken: 'UnrecognizedClientException',
  SignatureDoesNotMatch: 'InvalidSignatureException',
  RequestExpired: 'InvalidSignatureException',
};

/** Checks the signature of an administrator's request, and the permission `cognito-idp:<operation>` on the pool. */
export function permissionCheck(
  operation: string,
  request: IncomingMessage,
  body: Buffer,
  { stack, keys, clock, policies }: Context,
): RequirePermission {
  return async (poolArn) => {
    const result = await verifySignature(
      { method: request.method ?? '', url: request.url ?? '', headers: request.headers, payload: { body } },
      { service: 'cognito-idp', region: stack.region, keys, now: () => clock.now() },
    );
    if (!result.ok) throw new CognitoError(errorNames[result.code], result.message);
    const decision = policies.authorize(result.principal, `cognito-idp:${operation}`, poolArn);
    if (!decision.allowed) throw new CognitoError('AccessDeniedException', decision.message);
  };
}
