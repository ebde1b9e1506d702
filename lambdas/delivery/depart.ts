import type { Services } from '../runtime/services.ts';
import { type Connection, removeConnection } from '../store/connection.ts';
import { noteReached } from '../store/cursor.ts';
import { getUser } from '../store/user.ts';

/**
 * A connection has ended. Until when it received is noted: with the user, for one for everything, in the write that takes it away; for that
 * of one conversation with the membership, before, so that at no moment a message that reached it seems not to have.
 * @param at ms; before what it is known not to have received
 */
export async function depart(
  services: Pick<Services, 'table' | 'now'>,
  connection: Connection,
  at: number,
): Promise<void> {
  const { username, id, scope } = connection;
  if (scope.kind === 'conversation') {
    // One that was taken away before ended then.
    const user = await getUser(services, username, { consistent: true });
    if (!user?.live.some((live) => live.id === id)) return;
    const member = { username, conversation: scope.conversation };
    await noteReached(services, member, Math.min(at, services.now()));
  }
  await removeConnection(services, connection, at);
}
