import type { ServerEvent } from '#protocol/events';
import { post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { Connection } from '../store/user.ts';
import { getUsers } from '../store/user.ts';

/** ms between tries */
export const openingRetryDelaysMs = [50, 100, 200, 400, 800];
/** ms; a connection older than this that is not there will not come */
export const openingTimeoutMs = 10_000;

/**
 * Posts the first event to a new connection. The stream may be faster than API Gateway, which answers 410 until `$connect` has returned,
 * so a young connection is tried again for a moment.
 * @returns whether anybody is there to send more to
 */
export async function postFirstEvent(services: Services, connection: Connection, event: ServerEvent): Promise<boolean> {
  for (const pause of [...openingRetryDelaysMs, undefined]) {
    const outcome = await post(services, connection, event);
    if (outcome === 'sent') return true;
    const tooLate = pause === undefined || services.now() - connection.openedAt > openingTimeoutMs;
    if (outcome === 'gone' && tooLate) return false;
    if (outcome === 'failed') throw new Error(`could not reach ${connection.id}`);
    // Who has left again meanwhile is not waited for: everything behind this in the stream would wait too.
    if (!(await isStillThere(services, connection))) return false;
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
  }
  return false;
}

async function isStillThere(services: Services, { username, id }: Connection): Promise<boolean> {
  const [user] = await getUsers(services, [username]);
  return user?.connections.some((connection) => connection.id === id) ?? false;
}
