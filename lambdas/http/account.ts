import { setTimeout as sleep } from 'node:timers/promises';
import type { Me } from '#protocol/http';
import { storeAvatar } from '../chat/avatar.ts';
import { avatarUrl } from '../chat/people.ts';
import { forgetPushDevices } from '../chat/push-devices.ts';
import { assertNotEmpty, noteEmpty } from '../chat/user-limits.ts';
import { createSignOut } from '../identity/sign-out.ts';
import type { Services } from '../runtime/services.ts';
import { signOutUser, type User, updateProfile } from '../store/user.ts';
import type { HttpHandlers } from './handler.ts';

const endSessions = createSignOut(process.env.USER_POOL_ID);

/** The caller's own profile and sessions. */
export const account: HttpHandlers<'getMe' | 'signOutEverywhere' | 'updateMe'> = {
  getMe: (services, { user }) => toMe(services, user),

  async updateMe(services, { user, body: { name, avatar: upload, hide_presence: hidesPresence } }) {
    if (name === undefined && upload === undefined && hidesPresence === undefined) return toMe(services, user);
    assertNotEmpty(services, user.username, 'profile');
    const avatar = typeof upload === 'string' ? await storeAvatar(services, user.username, upload) : upload;
    const changed = await updateProfile(services, user, { name, avatar, hidesPresence });
    if (!changed.user) throw noteEmpty(services, user.username, 'profile', changed.waitMs);
    return toMe(services, changed.user);
  },

  async signOutEverywhere(services, { caller, account: accountName }) {
    const { username } = caller;
    // The pool must issue no new token first: such a token could be younger than the moment that is stored.
    await endSessions(accountName);
    // Tokens name only the second of their issue. Tokens of this second are from before, so the answer waits until it is over: the next
    // sign-in then gets a token of a later second.
    const over = (Math.floor(services.now() / 1_000) + 1) * 1_000;
    await signOutUser(services, username, over);
    // A lost phone must not show new messages.
    await forgetPushDevices(services, username);
    while (services.now() < over) await sleep(over - services.now());
    return undefined;
  },
};

async function toMe(services: Pick<Services, 'bucket'>, { username, name, avatar, hidesPresence }: User): Promise<Me> {
  return { username, name, avatar: await avatarUrl(services, avatar), hide_presence: hidesPresence || undefined };
}
