/**
 * What follows after a user was marked as deleted (store/deletion.ts): everything that is theirs ends, step by step. Each step can be repeated,
 * and its place is stored when it is done. So wherever a run dies, the next one goes on.
 *
 *   sessions       the user pool's sessions, connections, push devices
 *   friends        friendships and requests
 *   left           messages in conversations that they had left before, if they are erased
 *   conversations  their messages, if they are erased; then the membership. Groups are handed over.
 *   files          pictures, an archive of theirs, and the list of their recent conversations
 *   account        the account at the user pool
 */
import * as z from 'zod/mini';
import type { Deletion } from '#protocol/http';
import { type Conversation, parseConversation } from '#protocol/names';
import { endConnection } from '../delivery/end-connection.ts';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type AccountJob, getAccountJob, saveAccountJob } from '../store/account-job.ts';
import { removeAvatar } from '../store/bucket.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { friendshipsAfter } from '../store/friendship.ts';
import { leftConversationsOf, noteLeft } from '../store/left-conversation.ts';
import {
  conversationsAfter,
  endMembership,
  endMembershipUpdate,
  getMembership,
  type Membership,
} from '../store/membership.ts';
import { leaveNamed } from '../store/named-departures.ts';
import { closeDirect } from '../store/named-windows.ts';
import { endRecentList } from '../store/recent.ts';
import { leaveOwnRoom } from '../store/room-owner.ts';
import { endInvitation, getStanding } from '../store/standing.ts';
import { releaseUpload, uploadsAfter } from '../store/upload.ts';
import { getUser } from '../store/user.ts';
import { changeMembers } from './change-members.ts';
import { type ErasePlace, eraseMessages } from './erase-messages.ts';
import { removeExport } from './export-account.ts';
import { forgetLook } from './forget-look.ts';
import { forgetFriendship } from './friends.ts';
import { ensureOwner } from './group-owner.ts';
import { isAlone } from './is-alone.ts';
import { forgetPushDevices } from './push-devices.ts';
import { recordComingOrGoing, recordSystemEvent } from './system-events.ts';

const steps = ['sessions', 'friends', 'left', 'conversations', 'files', 'account'] as const;

const Progress = z.object({
  /** The user's name at the user pool. */
  account: z.string(),
  /** Whether their messages are erased. */
  erase: z.boolean(),
  /** The id of their picture. */
  picture: z.optional(z.string()),
  step: z.enum(steps),
  /** The last person, conversation or file of the step that is done. */
  after: z.optional(z.string()),
  /** The conversation that is being left: if its membership has ended, the members may not have been told. */
  leaving: z.optional(z.string()),
  /** How far the messages of the next one are erased. */
  erasing: z.optional(z.object({ id: z.string(), upTo: z.number(), next: z.number(), found: z.number() })),
  conversations: z.number(),
  erased: z.number(),
});
type Progress = z.infer<typeof Progress>;

export function newDeletion(account: string, erase: boolean, picture?: string): Progress {
  return { account, erase, picture, step: 'sessions', conversations: 0, erased: 0 };
}

/** What the user pool does. Nothing, if tokens come from another issuer. */
export interface PoolAccounts {
  endSessions(account: string): Promise<void>;
  remove(account: string): Promise<void>;
}

interface Run {
  readonly services: Services;
  readonly pool: PoolAccounts;
  readonly job: AccountJob;
  /** Is there no time left? Then the run ends, and another one goes on from what was stored. */
  readonly isOver: () => boolean;
}

/** Items that are read at once. */
const atOnce = 25;

/**
 * Goes on with a deletion until it is done, or there is no time left.
 * @returns whether it is done
 * @throws Overtaken
 */
export async function continueDeletion(run: Run): Promise<boolean> {
  let progress = z.parse(Progress, run.job.progress);
  while (!run.isOver()) {
    const next = await doStep(run, progress);
    if (next === 'done') return true;
    progress = next;
  }
  return false;
}

/** Does a part of the present step, and stores that it is done. */
async function doStep(run: Run, progress: Progress): Promise<Progress | 'done'> {
  const { services, pool, job } = run;
  const { username } = job;
  switch (progress.step) {
    case 'sessions': {
      await pool.endSessions(progress.account);
      const user = await getUser(services, username, { consistent: true });
      const connections = user?.connections ?? [];
      await Promise.all(connections.map((one) => endConnection(services, one, one.expires)));
      await forgetPushDevices(services, username);
      return store(run, { ...progress, step: 'friends' });
    }
    case 'friends': {
      const page = await friendshipsAfter(services, username, atOnce, progress.after);
      if (page.length === 0) return store(run, { ...progress, step: 'left', after: undefined });
      await Promise.all(page.map(({ other }) => forgetFriendship(services, username, other)));
      return store(run, { ...progress, after: page.at(-1)?.other });
    }
    case 'left': {
      const [conversation] = progress.erase ? await leftConversationsOf(services, username, 1, progress.after) : [];
      if (conversation === undefined) return store(run, { ...progress, step: 'conversations', after: undefined });
      // Who has come back leaves it below.
      const hasComeBack = (await getMembership(services, username, conversation)) !== undefined;
      const inside = hasComeBack ? progress : await eraseIn(run, progress, conversation, true);
      return inside.erasing ? inside : store(run, { ...inside, after: conversation });
    }
    case 'conversations': {
      const next = await conversationsAfter(services, username, atOnce, progress.after);
      if (next.length === 0) return store(run, { ...progress, step: 'files', after: undefined });
      let current = progress;
      for (const { conversation, membership } of next) {
        if (run.isOver()) return current;
        current = membership ? await leave(run, current, membership) : await afterLeaving(run, current, conversation);
        // There was no time to erase all of it.
        if (current.erasing) return current;
        current = await store(run, { ...current, after: conversation, leaving: undefined });
      }
      return current;
    }
    case 'files': {
      const ids = await uploadsAfter(services, username, atOnce, progress.after);
      if (ids.length === 0) {
        if (progress.picture !== undefined) await removeAvatar(services, progress.picture);
        const archive = await getAccountJob(services, username, 'export');
        if (archive) await removeExport(services, archive);
        await endRecentList(services, username);
        return store(run, { ...progress, step: 'account', after: undefined });
      }
      await Promise.all(ids.map((id) => removeAvatar(services, id)));
      await Promise.all(ids.map((id) => releaseUpload(services, username, id)));
      return store(run, { ...progress, after: ids.at(-1) });
    }
    case 'account': {
      await pool.remove(progress.account);
      await saveAccountJob(services, job, { progress, done: true });
      return 'done';
    }
  }
}

async function store({ services, job }: Run, progress: Progress): Promise<Progress> {
  await saveAccountJob(services, job, { progress });
  return progress;
}

/** Erases the user's messages, if they are to be erased, and ends their membership. */
async function leave(run: Run, progress: Progress, membership: Membership): Promise<Progress> {
  const { services, job } = run;
  const conversation = parseConversation(membership.conversation);
  // Where nobody is left, there is nobody to keep the messages for.
  const alone = await isAlone(services, conversation, job.username);
  const erase = progress.erase || alone || progress.erasing?.id === conversation.id;
  const erased = await eraseIn(run, progress, conversation.id, erase);
  if (erased.erasing) return erased;
  if (alone && conversation.kind === 'group') await forgetLook(services, conversation.id);
  const leaving = await store(run, { ...erased, leaving: conversation.id });
  if (conversation.kind === 'direct' && !alone) await closeDirect(services, conversation, job.username);
  await end(services, conversation, membership);
  return afterLeaving(run, leaving, conversation.id);
}

/** Ends the membership. A room goes on without an owner, as when its owner leaves it. */
async function end(services: Services, conversation: Conversation, membership: Membership): Promise<void> {
  const { username } = membership;
  if (conversation.kind === 'group') {
    await changeMembers(services, conversation, { kind: 'left', by: username }, async () => {
      const current = await getMembership(services, username, conversation.id);
      if (!current) return undefined;
      await noteLeft(services, username, conversation.id);
      const updates = [endMembershipUpdate(services, current)];
      return current.role === 'owner' ? { updates, owner: null } : { updates };
    });
    return;
  }
  const isOwner = membership.role === 'owner';
  const ended =
    conversation.kind === 'fixed'
      ? await leaveNamed(services, conversation, username)
      : await (isOwner ? leaveOwnRoom(services, membership) : endMembership(services, membership));
  if (!ended) throw new Error(`unable to leave ${conversation.id}; others are changing it`);
}

/** A membership has ended: in this run, or in one that died then. Or there is an invitation, or what is left of an earlier membership. */
async function afterLeaving(run: Run, progress: Progress, id: string): Promise<Progress> {
  if (progress.leaving !== id) {
    const { invitation } = await getStanding(run.services, run.job.username, id);
    if (invitation) await endInvitation(run.services, invitation, 'withdrawn');
    return progress;
  }
  const conversation = parseConversation(id);
  await tellOfLeaving(run.services, conversation, run.job.username);
  return { ...progress, conversations: progress.conversations + 1 };
}

/** A group has been told already. If an owner has left it, somebody else becomes it. */
async function tellOfLeaving(services: Services, conversation: Conversation, username: string): Promise<void> {
  const left = { kind: 'left', by: username } as const;
  if (conversation.kind === 'group') return ensureOwner(services, conversation);
  if (conversation.kind === 'room') return recordComingOrGoing(services, conversation, left);
  if (conversation.kind === 'direct') return;
  const state = await getConversationState(services, conversation.id);
  if (state.seq > 0) await recordSystemEvent(services, conversation, left, { state });
}

/** Erases messages in a conversation, unless they are kept. `erasing` in the result: there was no time for all of them. */
async function eraseIn(run: Run, progress: Progress, conversation: string, erase: boolean): Promise<Progress> {
  if (!erase) return progress;
  const { services, job, isOver } = run;
  let current = progress;
  const save = async (place: ErasePlace, found: number) => {
    current = { ...current, erasing: { ...place, id: conversation }, erased: current.erased + found };
    await saveAccountJob(services, job, { progress: current });
  };
  const done = await eraseMessages(services, parseConversation(conversation), job.username, {
    place: progress.erasing?.id === conversation ? progress.erasing : undefined,
    isOver,
    save,
  });
  return done ? { ...current, erasing: undefined } : current;
}

/** As clients get it. */
export function toDeletion({ begun, done, progress }: AccountJob): Deletion {
  const { erase, conversations, erased } = z.parse(Progress, progress);
  return {
    state: done === undefined ? 'running' : 'done',
    begun_at: toTime(begun),
    done_at: done === undefined ? null : toTime(done),
    messages: erase ? 'erase' : 'keep',
    conversations,
    erased,
  };
}
