/** Connections that have ended without a `$disconnect`: their token expired, their user signed out everywhere, or they vanished. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatError, type ErrorCode } from '#protocol/errors';
import { limits } from '#protocol/limits';
import { endConnection } from '../delivery/end-connection.ts';
import { close, postOnly } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type ExpiryReminder, putExpiryReminder } from '../store/expiry-reminder.ts';
import { type Connection, getUser, isBeforeSignOut, openConnectionsOf, type User } from '../store/user.ts';
import { openingRetryDelaysMs, openingTimeoutMs } from './first-event.ts';

/**
 * The expiry reminder of a connection has come up. Most connections have ended before. One whose token was renewed gets another reminder only
 * now, so that a renewal is one write.
 */
export async function expireConnection(services: Services, { username, connectionId }: ExpiryReminder): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  const connection = user?.connections.find(({ id }) => id === connectionId);
  if (!connection) return;
  const { expires } = connection;
  if (expires <= services.now()) await endConnection(services, connection, expires);
  else await putExpiryReminder(services, { username, connectionId, expires });
}

/** Removes the connections that were open when their user signed out everywhere. The stream reports each removal with a record of its own. */
export async function endSignedOutConnections(services: Services, { signedOutAt, connections }: User): Promise<void> {
  const before = connections.filter(({ openedAt }) => isBeforeSignOut(signedOutAt, openedAt));
  await Promise.all(before.map((connection) => endConnection(services, connection, connection.expires)));
}

/**
 * Closes a connection that is no longer stored: one that has expired, or one that a post found closed. A connection that is open all the
 * same would get nothing more and not notice, so its client must connect again. Most are closed already.
 */
export async function closeRemoved(services: Services, user: User, connection: Connection): Promise<void> {
  if (isBeforeSignOut(user.signedOutAt, connection.openedAt)) {
    const reason =
      user.deletedAt === undefined ? 'you have signed out everywhere: sign in again' : 'this account was deleted';
    await closeWithError(services, connection, 'unauthenticated', reason);
  } else if (connection.expires <= services.now()) {
    const reason = 'the token of this socket has expired: connect again with a fresh one';
    await closeWithError(services, connection, 'token_expired', reason);
  } else if (openConnectionsOf(user, services.now()).length >= limits.connectionsPerUser) {
    // It can only have been removed because there were more.
    const reason = `you have ${limits.connectionsPerUser} newer connections: close some of them first`;
    await closeWithError(services, connection, 'conflict', reason);
  } else await close(services, connection);
}

/** A connection that is only just opening answers 410 until `$connect` has returned, so it is tried again for a moment. */
async function closeWithError(
  services: Services,
  connection: Connection,
  code: ErrorCode,
  reason: string,
): Promise<void> {
  const message = new ChatError(code, reason).sentence('go on');
  for (const delay of [...openingRetryDelaysMs, undefined]) {
    if ((await postOnly(services, connection, { type: 'error', code, message })) !== 'gone') {
      return close(services, connection);
    }
    if (delay === undefined || services.now() - connection.openedAt > openingTimeoutMs) return;
    await sleep(delay);
  }
}
