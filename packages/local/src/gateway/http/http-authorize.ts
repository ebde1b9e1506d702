import type { JwtAuthorizer } from '#gateway/authorizers';
import type { Gateway } from '#gateway/gateway-state';
import type { HttpAuthorization } from './authorization.ts';
import { authorizeSigner } from './iam-authorizer.ts';
import { identityValues } from './identity-sources.ts';
import { type AuthorizerCache, runLambdaAuthorizer } from './lambda-authorizer.ts';
import type { DescribedRequest, RoutedRequest } from './request-event.ts';
import type { VerifyToken } from './verify-token.ts';

/** What authorizers of HTTP APIs need. */
export interface Authorizers {
  readonly verify: VerifyToken;
  readonly cache: AuthorizerCache;
}

/** Runs the route's authorizer, if it has one. */
export async function authorizeRequest(
  gateway: Gateway,
  { verify, cache }: Authorizers,
  described: DescribedRequest,
  routed: RoutedRequest,
): Promise<HttpAuthorization> {
  const { authorizer } = routed.found.route;
  switch (authorizer?.kind) {
    case undefined:
      return { kind: 'allowed', authorized: { kind: 'none' } };
    case 'iam':
      return authorizeSigner(gateway, described, routed);
    case 'lambda':
      return runLambdaAuthorizer(gateway, cache, authorizer, described, routed);
    case 'jwt':
      return checkToken(verify, authorizer, described, routed);
  }
}

async function checkToken(
  verify: VerifyToken,
  authorizer: JwtAuthorizer,
  described: DescribedRequest,
  routed: RoutedRequest,
): Promise<HttpAuthorization> {
  const given = identityValues(authorizer.identitySources, described, routed);
  const token = given.find((each) => each !== '');
  if (token === undefined) return { kind: 'unauthorized', challenge: 'Bearer' };
  const verified = await verify(authorizer, token.replace(/^bearer\s+/i, ''));
  if (!verified.ok) return { kind: 'unauthorized', challenge: verified.challenge };
  const needed = routed.found.route.scopes;
  const granted = needed.filter((scope) => verified.scopes.includes(scope));
  // The token is valid but lacks the route's scopes.
  if (needed.length > 0 && granted.length === 0) return { kind: 'forbidden' };
  const claims = Object.fromEntries(Object.entries(verified.claims).map(([name, value]) => [name, claimText(value)]));
  return { kind: 'allowed', authorized: { kind: 'jwt', claims, scopes: needed.length > 0 ? granted : null } };
}

/** API Gateway passes claims as strings, and a list as `[a b]`. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
