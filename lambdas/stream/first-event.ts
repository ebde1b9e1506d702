import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerEvent } from '#protocol/events';
import { post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { type Connection, getUsers } from '../store/user.ts';

/** Pauses between the tries. */
export const openingRetryDelaysMs = [50, 100, 200, 400, 800];
/** An older connection that API Gateway does not know is closed, and will not open any more. */
export const openingTimeoutMs = 10_000;

/**
 * Posts the first event to a new connection. The stream may be faster than API Gateway, which answers 410 until `$connect` has returned, so
 * a young connection is tried again for a moment.
 * @returns whether the connection is open
 */
export async function postFirstEvent(services: Services, connection: Connection, event: ServerEvent): Promise<boolean> {
  for (const delay of [...openingRetryDelaysMs, undefined]) {
    const outcome = await post(services, connection, event);
    if (outcome === 'sent') return true;
    if (outcome === 'failed') throw new Error(`could not reach ${connection.id}`);
    if (delay === undefined || services.now() - connection.openedAt > openingTimeoutMs) return false;
    // Do not wait for a connection that has closed meanwhile: all later records of the stream would wait too.
    if (!(await isStored(services, connection))) return false;
    await sleep(delay);
  }
  return false;
}

async function isStored(services: Services, { username, id }: Connection): Promise<boolean> {
  const [user] = await getUsers(services, [username]);
  return user?.connections.some((connection) => connection.id === id) ?? false;
}
