import { setTimeout as pause } from 'node:timers/promises';
import { forgetDevices } from '../chat/devices.ts';
import { startSignOut } from '../identity/sign-out.ts';
import type { Services } from '../runtime/services.ts';
import { ensureUser, signOutUser } from '../store/user.ts';
import type { HttpAnswer, HttpRequest } from './request.ts';

const endSessions = startSignOut(process.env.USER_POOL_ID);

/**
 * `DELETE /me/sessions`: signs the user out everywhere. No token from before opens a socket any more, the stream closes those that
 * are open, and no device is pushed to that does not register again. Again: the same.
 */
export async function signOut(services: Services, { speaker, account }: HttpRequest): Promise<HttpAnswer> {
  // First of all no new token may be given, or one could be younger than the moment that is written down.
  await endSessions(account);
  await ensureUser(services, speaker);
  // Tokens say the second in which they were issued. Whatever is from this one is from before, so it has to be over when this answers:
  // a token of the next sign-in is from another.
  const over = (Math.floor(services.now() / 1_000) + 1) * 1_000;
  await signOutUser(services, speaker.username, over);
  // Whoever has a lost phone must not be shown what comes.
  await forgetDevices(services, speaker.username);
  while (services.now() < over) await pause(over - services.now());
  return { statusCode: 204, headers: { 'cache-control': 'no-store' } };
}
