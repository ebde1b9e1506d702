/** Connections that are over while nobody said so: their token has expired, their user signed out everywhere, or they vanished. */
import { type ErrorCode, unable } from '#protocol/errors';
import { depart } from '../delivery/depart.ts';
import { close, send } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { Reminder } from '../store/reminder.ts';
import { getUser, isFromBefore, type Live, type User } from '../store/user.ts';
import { openingPauses, openingTime } from './first.ts';

/** The reminder of a connection came up: it is taken away, unless it ended before, as nearly all have. */
export async function remind(services: Services, { username, connectionId }: Reminder): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  const device = user?.live.find(({ id }) => id === connectionId);
  if (device && device.expires <= services.now()) await depart(services, { username, ...device }, device.expires);
}

/** Takes the connections away that were open when their user signed out everywhere; that each went is a record of its own. */
export async function signOutAll(services: Services, { username, signedOut, live }: User): Promise<void> {
  const before = live.filter(({ since }) => isFromBefore(signedOut, since));
  await Promise.all(before.map((device) => depart(services, { username, ...device }, device.expires)));
}

/**
 * Closes a connection that was taken away, whoever did it: one that is over, and one that a post found gone though it was not, which gets
 * nothing any more and would not notice. Most were closed before.
 */
export async function closeTakenAway(services: Services, { is, device }: { is: User; device: Live }): Promise<void> {
  if (isFromBefore(is.signedOut, device.since)) {
    await sendAway(services, device, 'unauthenticated', 'you have signed out everywhere: sign in again');
  } else if (device.expires <= services.now()) {
    const why = 'the token of this socket has expired: connect again with a fresh one';
    await sendAway(services, device, 'token_expired', why);
  } else await close(services, device);
}

/** One that is only just being opened answers 410 until `$connect` has returned, so it is tried again for a moment. */
async function sendAway(services: Services, device: Live, code: ErrorCode, why: string): Promise<void> {
  const { message } = unable(code, 'go on', why);
  for (const pause of [...openingPauses, undefined]) {
    if ((await send(services, device, { type: 'error', code, message })) !== 'gone') return close(services, device);
    if (pause === undefined || services.now() - device.since > openingTime) return;
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
    });
  }
}
