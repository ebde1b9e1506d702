/** Connections that are over while nobody said so: their token has expired, their user signed out everywhere, or they vanished. */
import { ChatError, type ErrorCode } from '#protocol/errors';
import { endConnection } from '../delivery/end-connection.ts';
import { close, postOnly } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { ExpiryReminder } from '../store/expiry-reminder.ts';
import { type Connection, getUser, isBeforeSignOut, type User } from '../store/user.ts';
import { openingRetryDelaysMs, openingTimeoutMs } from './first-event.ts';

/** The reminder of a connection came up: it is taken away, unless it ended before, as nearly all have. */
export async function expireConnection(services: Services, { username, connectionId }: ExpiryReminder): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  const connection = user?.connections.find(({ id }) => id === connectionId);
  if (connection && connection.expires <= services.now()) await endConnection(services, connection, connection.expires);
}

/** Takes the connections away that were open when their user signed out everywhere; that each went is a record of its own. */
export async function endSignedOutConnections(services: Services, { signedOutAt, connections }: User): Promise<void> {
  const before = connections.filter(({ openedAt }) => isBeforeSignOut(signedOutAt, openedAt));
  await Promise.all(before.map((connection) => endConnection(services, connection, connection.expires)));
}

/**
 * Closes a connection that was taken away, whoever did it: one that is over, and one that a post found gone though it was not, which gets
 * nothing any more and would not notice. Most were closed before.
 */
export async function closeRemoved(services: Services, user: User, connection: Connection): Promise<void> {
  if (isBeforeSignOut(user.signedOutAt, connection.openedAt)) {
    await closeWithError(services, connection, 'unauthenticated', 'you have signed out everywhere: sign in again');
  } else if (connection.expires <= services.now()) {
    const why = 'the token of this socket has expired: connect again with a fresh one';
    await closeWithError(services, connection, 'token_expired', why);
  } else await close(services, connection);
}

/** One that is only just being opened answers 410 until `$connect` has returned, so it is tried again for a moment. */
async function closeWithError(services: Services, connection: Connection, code: ErrorCode, why: string): Promise<void> {
  const message = new ChatError(code, why).sentence('go on');
  for (const pause of [...openingRetryDelaysMs, undefined]) {
    if ((await postOnly(services, connection, { type: 'error', code, message })) !== 'gone')
      return close(services, connection);
    if (pause === undefined || services.now() - connection.openedAt > openingTimeoutMs) return;
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
  }
}
