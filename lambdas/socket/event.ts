import * as z from 'zod/mini';
import { type Scope, scopeFromText } from '#protocol/scope';
import type { Speaker } from '../chat/enter.ts';
import type { Device } from '../delivery/post.ts';

/**
 * What `authorize` found out about a connection. API Gateway keeps it and hands it, as strings, to every later event of the connection, so
 * that nothing has to be read to know who is speaking.
 */
export const ConnectionContext = z.object({
  username: z.string(),
  name: z.string(),
  /** see protocol/scope.ts; empty when there is a problem with the names in the address */
  scope: z.string(),
  /** What is wrong with the address, and the status of the handshake that it means: for `$connect` to say. */
  problem: z.optional(z.string()),
  status: z.optional(z.coerce.number()),
  /** When the token expires, seconds since 1970. */
  expires: z.coerce.number(),
  /** When the token was issued, seconds since 1970; 0 when it does not say. Connections that were open before this was handed on lack it. */
  issued: z.optional(z.coerce.number()),
});
export type ConnectionContext = z.infer<typeof ConnectionContext>;

const SocketEvent = z.object({
  headers: z.optional(z.record(z.string(), z.string())),
  body: z.optional(z.string()),
  requestContext: z.object({
    routeKey: z.string(),
    connectionId: z.string(),
    connectedAt: z.number(),
    requestTimeEpoch: z.number(),
    authorizer: ConnectionContext,
  }),
});

/** One event of one connection, as the routes take it. */
export interface SocketRequest {
  readonly route: string;
  readonly connectionId: string;
  /** ms */
  readonly connectedAt: number;
  /** ms; when this happened to the connection, which may be a while before it is heard of */
  readonly at: number;
  readonly speaker: Speaker;
  readonly scope: Scope;
  /** The conversation that frames mean when they name none. */
  readonly conversation: string | undefined;
  /** What is wrong with the address, if anything. */
  readonly problem: { readonly status: number; readonly message: string } | undefined;
  /** ms */
  readonly tokenExpires: number;
  /** ms */
  readonly tokenIssued: number;
  readonly body: string | undefined;
  /** by lower-case name; only of `$connect` */
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws when API Gateway sent something else than it documents */
export function readSocketEvent(event: unknown): SocketRequest {
  const { headers = {}, body, requestContext } = z.parse(SocketEvent, event);
  const { routeKey, connectionId, connectedAt, requestTimeEpoch, authorizer } = requestContext;
  const scope = scopeFromText(authorizer.scope);
  return {
    route: routeKey,
    connectionId,
    connectedAt,
    at: requestTimeEpoch,
    speaker: { username: authorizer.username, name: authorizer.name },
    scope,
    conversation: scope.kind === 'user' || scope.conversation === 'all' ? undefined : scope.conversation,
    problem:
      authorizer.problem && authorizer.status ? { status: authorizer.status, message: authorizer.problem } : undefined,
    tokenExpires: authorizer.expires * 1_000,
    tokenIssued: (authorizer.issued ?? 0) * 1_000,
    body,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/** The connection that the event came in on, to be answered. */
export function deviceOf({ speaker, connectionId, scope, connectedAt }: SocketRequest): Device {
  return { username: speaker.username, id: connectionId, scope, since: connectedAt };
}
