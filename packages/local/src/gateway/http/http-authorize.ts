import type { IncomingMessage } from 'node:http';
import type { HttpRoute } from '#gateway/apis';
import type { VerifyToken } from './verify-token.ts';

/** The `authorizer` field of `requestContext`. */
export interface JwtContext {
  readonly jwt: { readonly claims: Readonly<Record<string, string>>; readonly scopes: readonly string[] | null };
}

export type HttpAuthorization =
  | { readonly kind: 'allowed'; readonly authorizer: JwtContext | undefined }
  | { readonly kind: 'unauthorized'; readonly challenge: string }
  /** The token is valid but lacks the route's scopes. */
  | { readonly kind: 'forbidden' };

/** Runs the route's JWT authorizer, if it has one. */
export async function authorizeRequest(
  verify: VerifyToken,
  route: HttpRoute,
  request: IncomingMessage,
  query: string,
): Promise<HttpAuthorization> {
  const { authorizer } = route;
  if (!authorizer) return { kind: 'allowed', authorizer: undefined };
  const token = authorizer.identitySources
    .map((source) => identityOf(source, request, query))
    .find((each) => each !== '');
  if (token === undefined) return { kind: 'unauthorized', challenge: 'Bearer' };
  const verified = await verify(authorizer, token.replace(/^bearer\s+/i, ''));
  if (!verified.ok) return { kind: 'unauthorized', challenge: verified.challenge };
  const granted = route.scopes.filter((scope) => verified.scopes.includes(scope));
  if (route.scopes.length > 0 && granted.length === 0) return { kind: 'forbidden' };
  const claims = Object.fromEntries(Object.entries(verified.claims).map(([name, value]) => [name, claimText(value)]));
  return { kind: 'allowed', authorizer: { jwt: { claims, scopes: route.scopes.length > 0 ? granted : null } } };
}

function identityOf(source: string, request: IncomingMessage, query: string): string {
  const [, kind, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'querystring') return new URLSearchParams(query).get(name) ?? '';
  return kind === 'header' ? [request.headers[name.toLowerCase()] ?? ''].flat().join(',') : '';
}

/** API Gateway passes claims as strings, and a list as `[a b]`. */
function claimText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimText).join(' ')}]`;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
