import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import { createCaller } from '../chat/create-caller.ts';
import { requireMembership } from '../chat/require-membership.ts';
import { assertMayAct, requireUser } from '../chat/require-user.ts';
import { assertNotEmpty, noteEmpty } from '../chat/user-limits.ts';
import { endConnection } from '../delivery/end-connection.ts';
import type { Identity } from '../identity/claims.ts';
import type { Services } from '../runtime/services.ts';
import { addConnection } from '../store/connection.ts';
import { putExpiryReminder } from '../store/expiry-reminder.ts';
import { type Connection, openConnectionsOf, renewListings, type User } from '../store/user.ts';
import type { SocketRequest } from './request.ts';

/** Browsers cannot send headers, so they send the token here: `Sec-WebSocket-Protocol: parley.v1, token.<JWT>`. */
const subprotocol = 'parley.v1';
/** ms; API Gateway closes every connection after two hours. */
export const longestConnectionMs = 2 * 60 * 60 * 1_000 + 60_000;

export interface SocketAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * `$connect`: checks the membership and stores the connection. The table's stream then sends the first events, because API Gateway cannot
 * post to a connection before this has returned.
 * @throws ChatError `forbidden`, also when the user name is another person's; `unknown_user`; `rate_limited`; `unauthenticated` for a token of a
 *   deleted user, or from before its user signed out everywhere
 */
export async function connect(
  services: Services,
  request: SocketRequest,
  headers: Readonly<Record<string, string>>,
): Promise<SocketAnswer> {
  const { caller, identity, origin, problem } = request;
  if (problem) return { statusCode: problem.status, body: problem.problem };
  if (!identity) throw new ChatError('unauthenticated', 'the token names no account: sign in again');
  assertNotEmpty(services, caller.username, 'connects');
  if (request.conversation !== undefined) {
    // The first use of a conversation writes, so it must be the caller's own user that does.
    await requireUser(services, identity, request.tokenIssued);
    const conversation = parseConversation(request.conversation);
    // Watching a room's unread count does not join it. A socket of who has left another conversation may only be one that connects again.
    const join = origin.scope.kind === 'conversation' && conversation.kind === 'room';
    await requireMembership(services, conversation, caller, { join });
  }
  const now = services.now();
  const expires = Math.min(now + longestConnectionMs, request.tokenExpires);
  const connection = { ...origin, expires };
  const [known] = await Promise.all([
    addConnection(services, identity, connection, request.tokenIssued),
    putExpiryReminder(services, { username: caller.username, connectionId: origin.id, expires }),
  ]);
  const { added, user, waitMs } = known ?? (await createAndAdd(services, identity, connection, request.tokenIssued));
  if (!added) {
    assertMayAct(user, identity, request.tokenIssued);
    if (waitMs > 0) throw noteEmpty(services, caller.username, 'connects', waitMs);
    throw new ChatError('conflict', 'your account has just changed: connect again');
  }
  services.log.count('ConnectionsOpened');
  await renewListings(services, user);
  await Promise.all(outdatedOf(user, now).map(({ connection, at }) => endConnection(services, connection, at)));

  const [, offered = ''] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  const answersSubprotocol = offered.split(',').some((protocol) => protocol.trim() === subprotocol);
  return { statusCode: 200, headers: answersSubprotocol ? { 'Sec-WebSocket-Protocol': subprotocol } : undefined };
}

/**
 * The connections that a new one ends. Expired ones may still be stored, because API Gateway does not deliver every $disconnect. Of too many,
 * the oldest go; the stream closes them.
 */
function outdatedOf(user: User, now: number): { readonly connection: Connection; readonly at: number }[] {
  const open = openConnectionsOf(user, now).sort((a, b) => b.openedAt - a.openedAt);
  const expired = user.connections.filter(({ expires }) => expires <= now);
  return [
    ...expired.map((connection) => ({ connection, at: connection.expires })),
    ...open.slice(limits.connectionsPerUser).map((connection) => ({ connection, at: now })),
  ];
}

async function createAndAdd(services: Services, caller: Identity, connection: Connection, issued: number) {
  await createCaller(services, caller);
  const known = await addConnection(services, caller, connection, issued);
  if (known) return known;
  throw new Error(`unable to connect ${caller.username}; the user was created and is not there`);
}
