import { unable } from '#protocol/errors';
import { parseConversation } from '#protocol/names';
import { enter } from '../chat/enter.ts';
import { depart } from '../delivery/depart.ts';
import type { Services } from '../runtime/services.ts';
import { addConnection } from '../store/connection.ts';
import { putReminder } from '../store/reminder.ts';
import type { SocketRequest } from './event.ts';

/** The subprotocol of browsers, which cannot send headers: `Sec-WebSocket-Protocol: parley.v1, token.<JWT>`. */
const subprotocol = 'parley.v1';
/** ms; API Gateway closes every connection after two hours. */
const longest = 2 * 60 * 60 * 1_000 + 60_000;

export interface ConnectAnswer {
  readonly statusCode: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/**
 * `$connect`: members only; writes the connection down. What the socket gets first comes from the table's stream, because API Gateway
 * cannot post to a connection before this has returned.
 * @throws ChatError `forbidden`, `unknown_user`, `unauthenticated` for a token from before its user signed out everywhere: the status of the handshake
 */
export async function connect(services: Services, request: SocketRequest): Promise<ConnectAnswer> {
  if (request.problem) return { statusCode: request.problem.status, body: request.problem.message };
  if (request.conversation) {
    // To watch a room's counts is not to join it.
    const join = request.scope.kind === 'conversation';
    await enter(services, parseConversation(request.conversation), request.speaker, { join });
  }
  const now = services.now();
  const { connectionId, scope, speaker } = request;
  const { username } = speaker;
  const expires = Math.min(now + longest, request.tokenExpires);
  const live = { id: connectionId, scope, since: request.connectedAt, expires };
  const [user] = await Promise.all([
    addConnection(services, speaker, live, request.tokenIssued),
    putReminder(services, { username, connectionId, expires }),
  ]);
  if (!user) throw unable('unauthenticated', 'connect', 'you have signed out everywhere since: sign in again');
  // Connections whose end nobody told: API Gateway delivers $disconnect with best effort only.
  const ended = user.live.filter((other) => other.expires <= now);
  await Promise.all(ended.map((device) => depart(services, { username, ...device }, device.expires)));

  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  return {
    statusCode: 200,
    ...(offered.includes(subprotocol) ? { headers: { 'Sec-WebSocket-Protocol': subprotocol } } : {}),
  };
}
