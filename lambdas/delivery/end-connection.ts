import type { Services } from '../runtime/services.ts';
import { removeConnection } from '../store/connection.ts';
import { advanceDeliveredUntil } from '../store/cursor.ts';
import { type Connection, getUser } from '../store/user.ts';

/**
 * Removes a closed connection and notes until when it received events. For a user connection, one write does both. For a connection to one
 * conversation, the membership is written first, so that a delivered message never looks undelivered in between.
 * @param at ms; the last moment at which the connection may have received events
 */
export async function endConnection(
  services: Pick<Services, 'table' | 'now' | 'log'>,
  connection: Pick<Connection, 'username' | 'id' | 'scope'>,
  at: number,
): Promise<void> {
  const { username, id, scope } = connection;
  if (scope.kind === 'conversation') {
    // If the connection was removed before, its end was noted then.
    const user = await getUser(services, username, { consistent: true });
    if (!user?.connections.some((other) => other.id === id)) return;
    const member = { username, conversation: scope.conversation };
    await advanceDeliveredUntil(services, member, Math.min(at, services.now()));
  }
  if (await removeConnection(services, connection, at)) services.log.count('ConnectionsClosed');
}
