/** The deletion of an account that dies after any number of calls, again and again, ends as one that never died. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteMessage, editMessage } from '#lambdas/chat/change-message';
import { createGroup } from '#lambdas/chat/create-group';
import { continueDeletion, newDeletion, toDeletion } from '#lambdas/chat/delete-account';
import { befriend, friendsIn } from '#lambdas/chat/friends';
import { leaveConversation } from '#lambdas/chat/leave-conversation';
import { sendMessage } from '#lambdas/chat/send-message';
import { unreadCount } from '#lambdas/chat/unread-count';
import type { Services } from '#lambdas/runtime/services';
import { getAccountJob, takeAccountJob } from '#lambdas/store/account-job';
import { getConversationState } from '#lambdas/store/conversation-state';
import { markDeleted } from '#lambdas/store/deletion';
import { getEntries } from '#lambdas/store/entry';
import { getMembership } from '#lambdas/store/membership';
import { getRecentList, putRecentList } from '#lambdas/store/recent';
import { createUser, getUser } from '#lambdas/store/user';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let stop: () => Promise<void>;
beforeAll(async () => {
  const domain = await startDomain();
  stop = domain.stop;
  services = { ...domain.services, config: { ...domain.services.config, sends: { count: 0, seconds: 1 } } };
});
afterAll(() => stop());

let worlds = 0;

/** Ann, who will go, with a direct conversation, a room, one that she left, a group that she owns, and one without others. */
async function build() {
  const suffix = ++worlds;
  const [ann, ben] = [`ann${suffix}`, `ben${suffix}`];
  const callers = new Map([ann, ben].map((username) => [username, { username, name: username }]));
  for (const caller of callers.values()) await createUser(services, caller);
  const caller = (username: string) => callers.get(username) ?? { username, name: username };
  const send = (id: string, username: string, message: string) =>
    sendMessage(services, parseConversation(id), caller(username), {
      message,
      attachments: [],
      client_id: services.newId(services.now()),
      reply_to: undefined,
    });
  await befriend(services, caller(ben), ann);
  await befriend(services, caller(ann), ben);
  const direct = `${ann}_${ben}`;
  const room = `room:deletion${suffix}`;
  const left = `room:left${suffix}`;
  const group = (await createGroup(services, caller(ann), { title: 'Group', members: [ben] })).id;
  const alone = (await createGroup(services, caller(ann), { title: 'Alone', members: [] })).id;
  for (const id of [direct, room, left, group]) {
    for (let n = 0; n < 3; n++) {
      await send(id, ann, `ann ${n}`);
      await send(id, ben, `ben ${n}`);
    }
  }
  await send(alone, ann, 'to myself');
  const inDirect = { conversation: parseConversation(direct), caller: caller(ann) };
  await editMessage(services, { ...inDirect, target: { seq: 1 } }, 'ann edited');
  await deleteMessage(services, { ...inDirect, target: { seq: 3 } });
  await leaveConversation(services, parseConversation(left), caller(ann));
  await putRecentList(services, ann, [direct, group], undefined);
  return { ann, ben, direct, room, left, group, alone };
}

/** The services of a function that dies at this call of the table. */
function dyingAt(call: number): Services {
  let calls = 0;
  const { client, name } = services.table;
  const send: typeof client.send = (command) => {
    if (++calls >= call) throw new Error('died');
    return client.send(command);
  };
  return { ...services, table: { name, client: { ...client, send } } };
}

async function runUntilDone(username: string, dies: () => number): Promise<{ runs: number; removed: string[] }> {
  const removed: string[] = [];
  const pool = { endSessions: async () => {}, remove: async (account: string) => void removed.push(account) };
  for (let runs = 1; ; runs++) {
    const job = await takeAccountJob(services, username, 'deletion', `run ${runs}`);
    if (!job) return { runs, removed };
    const dying = dyingAt(dies());
    await continueDeletion({ services: dying, pool, job, isOver: () => false }).catch(() => false);
  }
}

/** What is left, without times and numbers of changes. */
async function outcome({ ann, ben, direct, room, left, group, alone }: Awaited<ReturnType<typeof build>>) {
  const texts = async (id: string) => {
    const { seq } = await getConversationState(services, id);
    const entries = await getEntries(services, id, 1, seq);
    return entries.flatMap((entry) => {
      if (entry.type === 'message')
        return [`${entry.user === ann ? 'ann' : 'ben'}: ${entry.deleted ? '-' : entry.text}`];
      if (entry.type === 'edit') return [`edit: ${entry.text}`];
      return [];
    });
  };
  const unread = async (id: string) => {
    const membership = await getMembership(services, ben, id);
    return membership && unreadCount(services, await getConversationState(services, id), membership);
  };
  const job = await getAccountJob(services, ann, 'deletion');
  const user = await getUser(services, ann);
  return {
    texts: await Promise.all([direct, room, left, group, alone].map(texts)),
    unread: await Promise.all([direct, room, left, group].map(unread)),
    last: await Promise.all([direct, group].map(async (id) => (await getConversationState(services, id)).last?.text)),
    memberships: await Promise.all([direct, room, left, group, alone].map((id) => getMembership(services, ann, id))),
    owner: (await getMembership(services, ben, group))?.role,
    friends: [await friendsIn(services, ann, 'friends'), await friendsIn(services, ben, 'friends')],
    name: user?.name,
    recent: (await getRecentList(services, ann))?.names,
    deletion: job && { ...toDeletion(job), begun_at: '', done_at: '' },
  };
}

describe('a deletion that dies', () => {
  it.each([true, false])('ends as one that never died (messages erased: %s)', async (erase) => {
    const begin = async () => {
      const world = await build();
      await markDeleted(services, world.ann, services.now(), newDeletion('account', erase));
      return world;
    };
    const undisturbed = await begin();
    await runUntilDone(undisturbed.ann, () => Number.POSITIVE_INFINITY);
    const expected = await outcome(undisturbed);
    const gone = ['ann: -', 'ben: ben 0', 'ann: -', 'ben: ben 1', 'ann: -', 'ben: ben 2'];
    const kept = ['ann: ann 0', 'ben: ben 0', 'ann: ann 1', 'ben: ben 1', 'ann: ann 2', 'ben: ben 2'];
    const direct = ['ann: ann edited', 'ben: ben 0', 'ann: -', 'ben: ben 1', 'ann: ann 2', 'ben: ben 2'];
    expect(expected).toEqual({
      texts: erase
        ? [[...gone, 'edit: '], gone, gone, gone, ['ann: -']]
        : [[...direct, 'edit: ann edited'], kept, kept, kept, ['ann: -']],
      unread: [0, 0, 0, 0],
      last: ['ben 2', 'ben 2'],
      memberships: [undefined, undefined, undefined, undefined, undefined],
      owner: 'owner',
      friends: [[], []],
      name: 'deleted user',
      recent: [],
      deletion: {
        state: 'done',
        begun_at: '',
        done_at: '',
        messages: erase ? 'erase' : 'keep',
        conversations: 4,
        erased: erase ? 12 : 1,
      },
    });

    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.integer({ min: 3, max: 14 })), async (calls) => {
        const world = await begin();
        const { runs, removed } = await runUntilDone(world.ann, () => calls.next().value ?? 14);
        expect(runs).toBeGreaterThan(3);
        expect(new Set(removed)).toEqual(new Set(['account']));
        expect(await outcome(world)).toEqual(expected);
      }),
      { numRuns: 2 },
    );
  });
});
