import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import { type Conversation, readConversation } from '#protocol/names';
import type { Scope } from '#protocol/scope';
import type { Caller } from '../chat/require-membership.ts';
import type { Identity } from '../identity/claims.ts';
import { type AddressProblem, ConnectionContext, scopeOf } from '../identity/connection-context.ts';
import type { Connection } from '../store/user.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html */
export const SocketEvent = z.object({
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
export type SocketEvent = z.infer<typeof SocketEvent>;

/** One event of one connection. */
export interface SocketRequest {
  readonly caller: Caller;
  /** Whose token opened the connection. Undefined for connections of earlier versions; only `$connect` needs it. */
  readonly identity: Identity | undefined;
  /** The connection that the event came in on. */
  readonly origin: Connection;
  /** What is wrong with the connection's address, if anything. */
  readonly problem: AddressProblem | undefined;
  /** The conversation that frames are about when they name none. */
  readonly conversation: string | undefined;
  /** ms; the time of the event, which may be a while before the function gets it */
  readonly at: number;
  /** ms */
  readonly tokenExpires: number;
  /** ms */
  readonly tokenIssued: number;
}

const everything: Scope = { kind: 'user' };

export function toRequest({ requestContext }: SocketEvent): SocketRequest {
  const { connectionId: id, connectedAt: openedAt, requestTimeEpoch: at, authorizer } = requestContext;
  const { username, name, issuer, sub, expires, issued, resumes } = authorizer;
  const address = scopeOf(authorizer);
  const scope = 'kind' in address ? address : everything;
  return {
    caller: { username, name },
    identity: issuer !== undefined && sub !== undefined ? { username, name, issuer, sub } : undefined,
    // It has just sent the event, so it is open, even if its token has expired.
    origin: { username, id, scope, openedAt, expires: Number.POSITIVE_INFINITY, ...(resumes && { resumes: true }) },
    problem: 'kind' in address ? undefined : address,
    conversation: scope.kind === 'user' || scope.conversation === 'all' ? undefined : scope.conversation,
    at,
    tokenExpires: expires * 1_000,
    tokenIssued: issued * 1_000,
  };
}

/**
 * The conversation that a frame is about: the one that it names, or the connection's own.
 * @throws ChatError `invalid_frame` when there is neither, or when a conversation's socket is used for another; `forbidden`
 */
export function conversationOf(request: SocketRequest, named: string | undefined): Conversation {
  const name = named ?? request.conversation;
  if (name === undefined) {
    const reason = 'it names no conversation: add "conversation":"bob", or connect with ?conversation=bob';
    throw new ChatError('invalid_frame', reason, { task: 'read the frame' });
  }
  const conversation = readConversation(name, request.caller.username);
  if (request.conversation !== undefined && conversation.id !== request.conversation) {
    const reason = `this socket is for ${request.conversation}: open one without ?conversation= for all`;
    throw new ChatError('invalid_frame', reason, { task: `use ${conversation.id}` });
  }
  return conversation;
}
