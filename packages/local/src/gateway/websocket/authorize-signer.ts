import type { IncomingMessage } from 'node:http';
import { executeApiArn } from '#gateway/call-function';
import { type CallerIdentity, checkSigner } from '#gateway/caller';
import type { Gateway } from '#gateway/gateway-state';
import { signatureErrors } from '#iam/verify-request';
import type { HandshakeError } from './handshake-error.ts';

/**
 * Checks the signature of a handshake, in its headers or its query, and that the signer may invoke `$connect`.
 * Source: AWS, "Control access to WebSocket APIs with IAM authorization".
 */
export function authorizeSigner(
  gateway: Gateway,
  request: IncomingMessage,
  { apiId, stage }: { readonly apiId: string; readonly stage: string },
): { readonly ok: true; readonly caller: CallerIdentity } | { readonly ok: false; readonly error: HandshakeError } {
  const arn = executeApiArn(gateway.context, apiId, `${stage}/$connect`);
  const decision = checkSigner(gateway, request, Buffer.alloc(0), arn);
  if (decision.allowed) return { ok: true, caller: decision.caller };
  const errorType = decision.code ? signatureErrors[decision.code] : 'AccessDeniedException';
  return { ok: false, error: { status: 403, message: decision.message, errorType } };
}
