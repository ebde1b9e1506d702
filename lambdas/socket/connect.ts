import { ChatError } from '#protocol/errors';
import { parseConversation } from '#protocol/names';
import { requireMembership } from '../chat/require-membership.ts';
import { endConnection } from '../delivery/end-connection.ts';
import type { Services } from '../runtime/services.ts';
import { addConnection } from '../store/connection.ts';
import { putExpiryReminder } from '../store/expiry-reminder.ts';
import type { SocketRequest } from './request.ts';

/** Browsers cannot send headers, so they send the token here: `Sec-WebSocket-Protocol: parley.v1, token.<JWT>`. */
const subprotocol = 'parley.v1';
/** ms; API Gateway closes every connection after two hours. */
const longestConnectionMs = 2 * 60 * 60 * 1_000 + 60_000;

export interface SocketAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * `$connect`: checks the membership and stores the connection. The table's stream then sends the first events, because API Gateway cannot
 * post to a connection before this has returned.
 * @throws ChatError `forbidden`, `unknown_user`; `unauthenticated` for a token from before its user signed out everywhere
 */
export async function connect(
  services: Services,
  request: SocketRequest,
  headers: Readonly<Record<string, string>>,
): Promise<SocketAnswer> {
  const { caller, origin, problem } = request;
  if (problem) return { statusCode: problem.status, body: problem.problem };
  if (request.conversation !== undefined) {
    const conversation = parseConversation(request.conversation);
    // Watching a room's unread count does not join it. A socket of who has left another conversation may only be one that connects again.
    const join = origin.scope.kind === 'conversation' && conversation.kind === 'room';
    await requireMembership(services, conversation, caller, { join });
  }
  const now = services.now();
  const expires = Math.min(now + longestConnectionMs, request.tokenExpires);
  const [user] = await Promise.all([
    addConnection(services, caller, { ...origin, expires }, request.tokenIssued),
    putExpiryReminder(services, { username: caller.username, connectionId: origin.id, expires }),
  ]);
  if (!user) throw new ChatError('unauthenticated', 'you have signed out everywhere since: sign in again');
  // API Gateway does not deliver every $disconnect, so expired connections may still be stored.
  const expired = user.connections.filter((other) => other.expires <= now);
  await Promise.all(expired.map((connection) => endConnection(services, connection, connection.expires)));

  const [, offered = ''] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  const answersSubprotocol = offered.split(',').some((protocol) => protocol.trim() === subprotocol);
  return { statusCode: 200, headers: answersSubprotocol ? { 'Sec-WebSocket-Protocol': subprotocol } : undefined };
}
