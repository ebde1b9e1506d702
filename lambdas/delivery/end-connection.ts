import type { Services } from '../runtime/services.ts';
import { removeConnection } from '../store/connection.ts';
import { advanceDeliveredUntil } from '../store/cursor.ts';
import { type Connection, getUser } from '../store/user.ts';

/**
 * A connection has ended. Until when it received is noted: with the user, for one for everything, in the write that takes it away; for that
 * of one conversation with the membership, before, so that at no moment a message that reached it seems not to have.
 * @param at ms; before what it is known not to have received
 */
export async function endConnection(
  services: Pick<Services, 'table' | 'now'>,
  connection: Pick<Connection, 'username' | 'id' | 'scope'>,
  at: number,
): Promise<void> {
  const { username, id, scope } = connection;
  if (scope.kind === 'conversation') {
    // One that was taken away before ended then.
    const user = await getUser(services, username, { consistent: true });
    if (!user?.connections.some((other) => other.id === id)) return;
    const member = { username, conversation: scope.conversation };
    await advanceDeliveredUntil(services, member, Math.min(at, services.now()));
  }
  await removeConnection(services, connection, at);
}
