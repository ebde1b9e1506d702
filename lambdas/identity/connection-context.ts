/**
 * What `authorize` decided about a connection. API Gateway keeps it and passes it, as strings, with every later event of the connection, so
 * that no read is needed to know whose connection it is.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
 */
import * as z from 'zod/mini';
import { type Scope, scopeFromText, scopeToText } from '#protocol/scope';
import type { Identity } from './claims.ts';

/** The context as API Gateway passes it. */
export const ConnectionContext = z.object({
  username: z.string(),
  name: z.string(),
  /** Of the token. Only `$connect` needs them, and connections of earlier versions lack them. */
  issuer: z.optional(z.string()),
  sub: z.optional(z.string()),
  /** see protocol/scope.ts; empty when the address has a problem */
  scope: z.string(),
  /** The connection takes over from another one of its client, so it needs no first events. */
  resumes: z.optional(z.literal('true')),
  /** What is wrong with the address or the token, and the HTTP status of the handshake that follows: `$connect` answers with both. */
  problem: z.optional(z.string()),
  status: z.optional(z.coerce.number()),
  /** Seconds since 1970; when the token expires. */
  expires: z.coerce.number(),
  /** Seconds since 1970; when the token was issued. 0: the token does not say. Connections of earlier versions lack it. */
  issued: z._default(z.coerce.number(), 0),
});
export type ConnectionContext = Readonly<z.infer<typeof ConnectionContext>>;

/** What is wrong with the address of a socket, or with its token. */
export interface AddressProblem {
  readonly problem: string;
  readonly status: number;
}

export function toConnectionContext(
  { username, name, issuer, sub }: Identity,
  { expires, issued }: { readonly expires: number; readonly issued: number },
  scope: Scope | AddressProblem,
  { resumes = false }: { readonly resumes?: boolean } = {},
): ConnectionContext {
  const address = 'kind' in scope ? { scope: scopeToText(scope) } : { scope: '', ...scope };
  return { username, name, issuer, sub, expires, issued, ...address, ...(resumes && { resumes: 'true' }) };
}

/** For a connection that `$connect` refuses, because an authorizer cannot say why: it has no user. */
export function refusalContext(refusal: AddressProblem): ConnectionContext {
  return { username: '', name: '', scope: '', expires: 0, issued: 0, ...refusal };
}

/** The scope of the connection, or what is wrong with its address. */
export function scopeOf({ scope, problem, status }: ConnectionContext): Scope | AddressProblem {
  return problem !== undefined && status !== undefined ? { problem, status } : scopeFromText(scope);
}
