import { sentUrlOf } from '#answer';
import type { Gateway } from '#gateway/gateway-state';
import type { Credentials, Principal } from '#iam/access-keys';
import { verifySignature } from '#iam/signature';
import type { HttpAuthorization } from './authorization.ts';
import type { CallerIdentity } from './event-v1.ts';
import { routeArn } from './lambda-authorizer.ts';
import type { DescribedRequest, RoutedRequest } from './request-event.ts';

/**
 * Checks the SigV4 signature of the request, for the service `execute-api`, and that its signer may `execute-api:Invoke` the route.
 * Source: AWS, "Control access to HTTP APIs with IAM authorization".
 */
export function authorizeSigner(
  gateway: Gateway,
  described: DescribedRequest,
  routed: RoutedRequest,
): HttpAuthorization {
  const { stack, keys, clock, policies } = gateway.context;
  const { method = 'GET', headers } = routed.request;
  const verified = verifySignature(
    { method, url: sentUrlOf(routed.request), headers, payload: { body: routed.body } },
    { service: 'execute-api', region: stack.region, keys, now: () => clock.now() },
  );
  if (!verified.ok) return { kind: 'forbidden', message: verified.message };
  const arn = routeArn(gateway, routed, described);
  const decision = policies.authorize(verified.principal, 'execute-api:Invoke', arn);
  if (!decision.allowed) return { kind: 'forbidden', message: decision.message };
  return {
    kind: 'allowed',
    authorized: { kind: 'iam', caller: identityOf(verified.principal, verified.credentials, stack.account) },
  };
}

/** A role's caller is `<role id>:<session>`; the root user's is the account. The role's id is its logical id here. */
export function identityOf(principal: Principal, { accessKeyId }: Credentials, accountId: string): CallerIdentity {
  const session = principal.arn.slice(principal.arn.lastIndexOf('/') + 1);
  const caller = principal.kind === 'role' ? `${principal.roleId}:${session}` : accountId;
  return { accessKey: accessKeyId, accountId, caller, user: caller, userArn: principal.arn };
}
