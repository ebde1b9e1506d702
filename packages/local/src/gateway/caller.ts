import type { IncomingMessage } from 'node:http';
import { sentUrlOf } from '#answer';
import type { Credentials, Principal } from '#iam/access-keys';
import { type SignatureCode, verifySignature } from '#iam/signature';
import type { Gateway } from './gateway-state.ts';

/** Who signed a request: `requestContext.identity`, and `requestContext.authorizer.iam` of format 2.0. */
export interface CallerIdentity {
  readonly accessKey: string;
  readonly accountId: string;
  readonly caller: string;
  readonly user: string;
  readonly userArn: string;
}

export type SignerDecision =
  | { readonly allowed: true; readonly caller: CallerIdentity }
  /** `code` is absent when the signature is right, and the signer may not do this. */
  | { readonly allowed: false; readonly message: string; readonly code?: SignatureCode };

/**
 * Checks the SigV4 signature of a request to an API, for the service `execute-api`, and that its signer may `execute-api:Invoke`.
 * @param arn what is invoked: stage, and method and path or `$connect`
 */
export function checkSigner(
  { context }: Pick<Gateway, 'context'>,
  request: IncomingMessage,
  body: Buffer,
  arn: string,
): SignerDecision {
  const { stack, keys, clock, policies } = context;
  const { method = 'GET', headers } = request;
  const verified = verifySignature(
    { method, url: sentUrlOf(request), headers, payload: { body } },
    { service: 'execute-api', region: stack.region, keys, now: () => clock.now() },
  );
  if (!verified.ok) return { allowed: false, message: verified.message, code: verified.code };
  const decision = policies.authorize(verified.principal, 'execute-api:Invoke', arn);
  if (!decision.allowed) return { allowed: false, message: decision.message };
  return { allowed: true, caller: identityOf(verified.principal, verified.credentials, stack.account) };
}

/** A role's caller is `<role id>:<session>`; the root user's is the account. The role's id is its logical id here. */
export function identityOf(principal: Principal, { accessKeyId }: Credentials, accountId: string): CallerIdentity {
  const session = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  const caller = principal.kind === 'role' ? `${principal.roleId}:${session}` : accountId;
  return { accessKey: accessKeyId, accountId, caller, user: caller, userArn: principal.arn };
}
