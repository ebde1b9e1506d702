import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import type { Deletion, Export } from '#protocol/http';
import { limits } from '#protocol/limits';
import type { Me } from '#protocol/message';
import { type AccountJobMessage, reviveAccountJob } from '../chat/account-jobs.ts';
import { storeAvatar } from '../chat/avatar.ts';
import { newDeletion, toDeletion } from '../chat/delete-account.ts';
import { newExport, toExport } from '../chat/export-account.ts';
import { avatarUrl } from '../chat/people.ts';
import { forgetPushDevices } from '../chat/push-devices.ts';
import { assertNotEmpty, noteEmpty } from '../chat/user-limits.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { createSignOut } from '../identity/sign-out.ts';
import { openQueue } from '../runtime/queue.ts';
import type { Services } from '../runtime/services.ts';
import { type AccountJob, beginAccountJob, getAccountJob } from '../store/account-job.ts';
import { markDeleted } from '../store/deletion.ts';
import { signOutUser, type User, updateProfile } from '../store/user.ts';
import type { HttpHandlers } from './handler.ts';

const { ACCOUNT_QUEUE_URL, DELETED_MESSAGES } = z.parse(
  z.object({ ACCOUNT_QUEUE_URL: z.string(), DELETED_MESSAGES: z.enum(['keep', 'erase']) }),
  process.env,
);
const queue = openQueue(ACCOUNT_QUEUE_URL);
const endSessions = createSignOut(process.env.USER_POOL_ID);

/** The caller's own profile and sessions. */
export const account: HttpHandlers<
  'beginExport' | 'deleteMe' | 'getDeletion' | 'getExport' | 'getMe' | 'signOutEverywhere' | 'updateMe'
> = {
  getMe: (services, { user }) => toMe(services, user),

  async updateMe(services, { user, body: { name, avatar: upload, hide_presence: hidesPresence } }) {
    if (name === undefined && upload === undefined && hidesPresence === undefined) return toMe(services, user);
    assertNotEmpty(services, user.username, 'profile');
    const avatar = typeof upload === 'string' ? await storeAvatar(services, user, user.username, upload) : upload;
    const changed = await updateProfile(services, user, { name, avatar, hidesPresence });
    if (!changed.user) throw noteEmpty(services, user.username, 'profile', changed.waitMs);
    const profile = await toMe(services, changed.user);
    // Others see it when they next load it.
    const connections = connectionsOf([changed.user], (scope) => scope.kind === 'user');
    await postAll(services, connections, { type: 'profile_changed', profile });
    return profile;
  },

  async signOutEverywhere(services, { caller, account: accountName }) {
    const { username } = caller;
    // The pool must issue no new token first: such a token could be younger than the moment that is stored.
    await endSessions(accountName);
    // The answer waits until this second is over: the next sign-in then gets a token of a later second.
    const over = endOfSecond(services.now());
    await signOutUser(services, username, over);
    // A lost phone must not show new messages.
    await forgetPushDevices(services, username);
    while (services.now() < over) await sleep(over - services.now());
    return undefined;
  },

  async deleteMe(services, { user: { username, avatar }, account: accountName }) {
    const progress = newDeletion(accountName, DELETED_MESSAGES === 'erase', avatar?.id);
    if (await markDeleted(services, username, endOfSecond(services.now()), progress)) {
      // What was under way when the user was marked has ended by then.
      await queue.send({ kind: 'deletion', username } satisfies AccountJobMessage, limits.deletionDelaySeconds);
    }
    return deletionOf(services, username);
  },

  getDeletion: (services, { caller: { username } }) => deletionOf(services, username),

  async beginExport(services, { caller }) {
    const { username } = caller;
    const job = await getAccountJob(services, username, 'export');
    if (job?.done !== undefined) assertExportLimit(services, job);
    if (!job || job.done !== undefined) {
      const isNew = await beginAccountJob(services, { username, kind: 'export', progress: newExport }, job);
      if (isNew) await queue.send({ kind: 'export', username } satisfies AccountJobMessage);
    }
    return exportOf(services, username);
  },

  getExport: (services, { caller: { username } }) => exportOf(services, username),
};

/** @throws ChatError `rate_limited` */
function assertExportLimit(services: Services, { begun }: AccountJob): void {
  const wait = Math.ceil((begun - services.now()) / 1_000) + limits.exportIntervalSeconds;
  if (wait <= 0) return;
  const rule = 'one archive a day, and GET /me/export has the last one';
  throw new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
}

/** @throws ChatError `not_found` when there is no archive */
async function exportOf(services: Services, username: string): Promise<Export> {
  const job = await getAccountJob(services, username, 'export');
  const answer = job && toExport(services, job);
  if (!answer) throw new ChatError('not_found', 'there is none: POST /me/export makes one');
  await reviveAccountJob(services, queue, job);
  return answer;
}

/** Tokens name only the second of their issue. Tokens of this second are from before. @returns ms */
function endOfSecond(now: number): number {
  return (Math.floor(now / 1_000) + 1) * 1_000;
}

/** @throws ChatError `not_found` when the account is not being deleted */
async function deletionOf(services: Services, username: string): Promise<Deletion> {
  const job = await getAccountJob(services, username, 'deletion');
  if (!job) throw new ChatError('not_found', 'your account is not being deleted: DELETE /me does that');
  await reviveAccountJob(services, queue, job);
  return toDeletion(job);
}

async function toMe(services: Pick<Services, 'bucket'>, { username, name, avatar, hidesPresence }: User): Promise<Me> {
  return { username, name, avatar: await avatarUrl(services, avatar), hide_presence: hidesPresence || undefined };
}
