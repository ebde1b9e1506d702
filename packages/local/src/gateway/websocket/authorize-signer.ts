import type { IncomingMessage } from 'node:http';
import { sentUrlOf } from '#answer';
import { executeApiArn } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import type { CallerIdentity } from '#gateway/http/event-v1';
import { identityOf } from '#gateway/http/iam-authorizer';
import { verifySignature } from '#iam/signature';
import { type HandshakeError, handshakeErrors } from './handshake-error.ts';

/**
 * Checks the SigV4 signature of a handshake, in its headers or its query, and that its signer may `execute-api:Invoke` `$connect`.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
 */
export function authorizeSigner(
  gateway: Gateway,
  { request, apiId, stage }: { request: IncomingMessage; apiId: string; stage: string },
): { readonly ok: true; readonly caller: CallerIdentity } | { readonly ok: false; readonly error: HandshakeError } {
  const { stack, keys, clock, policies } = gateway.context;
  const { method = 'GET', headers } = request;
  const verified = verifySignature(
    { method, url: sentUrlOf(request), headers, payload: { body: Buffer.alloc(0) } },
    { service: 'execute-api', region: stack.region, keys, now: () => clock.now() },
  );
  if (!verified.ok) {
    const { forbidden, unsigned } = handshakeErrors;
    const error =
      verified.code === 'MissingAuthenticationToken' ? unsigned : { ...forbidden, message: verified.message };
    return { ok: false, error };
  }
  const arn = executeApiArn(gateway.context, apiId, `${stage}/$connect`);
  const decision = policies.authorize(verified.principal, 'execute-api:Invoke', arn);
  if (!decision.allowed) return { ok: false, error: { ...handshakeErrors.denied, message: decision.message } };
  return { ok: true, caller: identityOf(verified.principal, verified.credentials, stack.account) };
}
