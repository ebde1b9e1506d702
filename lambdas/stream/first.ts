import type { ServerEvent } from '#protocol/events';
import { type Device, post } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { getUsers } from '../store/user.ts';

/** ms between tries */
export const openingPauses = [50, 100, 200, 400, 800];
/** ms; a connection older than this that is not there will not come */
export const openingTime = 10_000;

/**
 * Posts the first event to a new connection. The stream may be faster than API Gateway, which answers 410 until `$connect` has returned,
 * so a young connection is tried again for a moment.
 * @returns whether anybody is there to send more to
 */
export async function first(services: Services, device: Device, event: ServerEvent): Promise<boolean> {
  for (const pause of [...openingPauses, undefined]) {
    const outcome = await post(services, device, event);
    if (outcome === 'sent') return true;
    const tooLate = pause === undefined || services.now() - device.since > openingTime;
    if (outcome === 'gone' && tooLate) return false;
    if (outcome === 'failed') throw new Error(`could not reach ${device.id}`);
    // Who has left again meanwhile is not waited for: everything behind this in the stream would wait too.
    if (!(await isStillThere(services, device))) return false;
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
  }
  return false;
}

async function isStillThere(services: Services, { username, id }: Device): Promise<boolean> {
  const [user] = await getUsers(services, [username]);
  return user?.live.some((live) => live.id === id) ?? false;
}
