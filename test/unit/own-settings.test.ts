/** Settings that end by themselves, with a clock that the test moves; how many there may be, and how large they are. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changeSettings } from '#lambdas/chat/change-settings';
import { inboxRow, readInbox, totalUnread } from '#lambdas/chat/inbox';
import { markRead } from '#lambdas/chat/mark-read';
import { isMuted, shownSettings, wantsNotification } from '#lambdas/chat/own-settings';
import { sendMessage } from '#lambdas/chat/send-message';
import type { Services } from '#lambdas/runtime/services';
import { allocateSeq } from '#lambdas/store/allocate-seq';
import { getItem, updateItem } from '#lambdas/store/item';
import { createMembership, membershipKey } from '#lambdas/store/membership';
import { createUser, getUser } from '#lambdas/store/user';
import type { SettingsBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { type Conversation, parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';
import { sizeOf } from './size-of.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

const caller = (username: string) => ({ username, name: username });
const set = (username: string, conversation: Conversation, change: SettingsBody) =>
  changeSettings(services, conversation, caller(username), change);
const hour = 3_600_000;
const inHours = (hours: number) => new Date(clock.now + hours * hour).toISOString();
let sent = 0;
const say = (username: string, conversation: Conversation, message = 'hello') =>
  sendMessage(services, conversation, caller(username), { message, client_id: `s${++sent}` });

/** Members of a new room. */
async function meet(room: string, ...names: readonly string[]): Promise<Conversation> {
  const conversation = parseConversation(`room:${room}`);
  for (const name of names) {
    await createUser(services, caller(name));
    await createMembership(services, name, conversation, { seq: 0, count: 0 });
  }
  return conversation;
}

async function rowOf(username: string, { id }: Conversation) {
  const row = await inboxRow(services, username, id);
  if (!row) throw new Error(`${username} is no member of ${id}`);
  return row;
}

it('a mute ends with its time: then messages notify and count again, and what was archived meanwhile comes back', async () => {
  const room = await meet('mute', 'ann', 'ben');
  await say('ben', room);
  await set('ann', room, { muted_until: inHours(8), archived: true });
  await say('ben', room);
  const now = async () => {
    const row = await rowOf('ann', room);
    const { settings } = row.membership;
    const shown = shownSettings(row, clock.now);
    return {
      muted: isMuted(settings, clock.now),
      plain: wantsNotification(settings, false, clock.now),
      mention: wantsNotification(settings, true, clock.now),
      archived: shown.archived,
      until: shown.muted_until,
      total: totalUnread(await readInbox(services, 'ann'), clock.now),
    };
  };
  const until = inHours(8);
  expect(await now()).toEqual({ muted: true, plain: false, mention: true, archived: true, until, total: 0 });
  clock.now += 8 * hour;
  expect(await now()).toEqual({ muted: false, plain: true, mention: true, archived: false, until: null, total: 2 });
  // One that ended is no reason to refuse others.
  expect(await set('ann', room, { notify: 'mentions' })).toMatchObject({ settings: { muted_until: null } });
  await expect(set('ann', room, { muted_until: inHours(0) })).rejects.toMatchObject({ code: 'invalid_frame' });
});

it('what two devices change at the same time is both kept', async () => {
  const room = await meet('both', 'cid');
  await allocateSeq(services, room.id, { user: 'cid', text: 'x', content_type: 'text', at: clock.now });
  await Promise.all([set('cid', room, { pinned: true }), set('cid', room, { notify: 'mentions' })]);
  expect(shownSettings(await rowOf('cid', room), clock.now)).toMatchObject({ pinned: true, notify: 'mentions' });
});

it('with all settings, a full window and a name of 30 characters, a membership is one write unit, also in a long room', async () => {
  const name = 'd'.repeat(30);
  const room = await meet('size', name, 'eve');
  await say('eve', room);
  const high = 98_765_432;
  await updateItem(services.table, {
    Key: { pk: `CONV#${room.id}`, sk: 'HEAD' },
    UpdateExpression: 'SET seq = :n, last_seq = :n, #count = :n',
    ExpressionAttributeNames: { '#count': 'count' },
    ExpressionAttributeValues: { ':n': high },
  });
  for (let message = 0; message < 30; message++) {
    await say(name, room);
    clock.now += 12_345;
  }
  await set(name, room, { archived: true, muted_until: inHours(7.123), notify: 'mentions' });
  await set(name, room, { unread_from: high + 20 });
  const pinned = { pinned: clock.now };
  const item = await getItem(services.table, membershipKey(name, room.id), { consistent: true });
  expect(Object.keys(item ?? {})).toEqual(expect.arrayContaining(['archived', 'muted_until', 'notify', 'mark']));
  expect(sizeOf({ ...item, ...pinned }) - sizeOf({})).toBeLessThanOrEqual(1_024);
});

it(`nobody pins more than ${limits.pinnedConversations}; a pinned one is first in the inbox however old it is and however many others there are`, async () => {
  await createUser(services, caller('fay'));
  const count = limits.inboxConversations + 10;
  const roomOf = (number: number) => parseConversation(`room:pin${number}`);
  for (let first = 0; first < count; first += 30) {
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const { id } = roomOf(first + index);
        await createMembership(services, 'fay', roomOf(first + index), { seq: 0, count: 0 });
        const at = clock.now + first + index;
        await allocateSeq(services, id, { user: 'gus', text: 'x', content_type: 'text', at });
      }),
    );
  }
  clock.now += 1_000;
  const connect = async () => {
    const user = await getUser(services, 'fay');
    if (!user) throw new Error('there is no such user');
    return (await readInbox(services, 'fay', { renew: user })).rows.map(({ state }) => state.conversation);
  };
  expect(await connect()).not.toContain('room:pin3');
  await set('fay', roomOf(3), { pinned: true });
  expect((await connect()).slice(0, 2)).toEqual(['room:pin3', `room:pin${count - 1}`]);
  expect((await connect()).slice(0, 2)).toEqual(['room:pin3', `room:pin${count - 1}`]);
  for (let number = count - limits.pinnedConversations; number < count - 1; number++) {
    await set('fay', roomOf(number), { pinned: true });
  }
  await expect(set('fay', roomOf(count - 1), { pinned: true })).rejects.toMatchObject({ code: 'conflict' });
  // One that is pinned already is no further one.
  await expect(set('fay', roomOf(3), { pinned: true })).resolves.toMatchObject({ settings: { pinned: true } });
  await set('fay', roomOf(3), { pinned: false });
  await expect(set('fay', roomOf(count - 1), { pinned: true })).resolves.toMatchObject({ settings: { pinned: true } });
  // It is one of those that the list has, and the oldest of them.
  expect((await connect()).at(-1)).toBe('room:pin3');
});

it('a mark counts what others have written, whatever was deleted before or behind it', async () => {
  const room = await meet('mark', 'hal', 'ida');
  for (const by of ['ida', 'hal', 'ida', 'ida', 'hal', 'ida']) await say(by, room);
  const { state } = await rowOf('hal', room);
  await markRead(services, room, caller('hal'));
  const { deleteMessage } = await import('#lambdas/chat/change-message');
  const drop = (by: string, seq: number) =>
    deleteMessage(services, { conversation: room, caller: caller(by), target: { seq } });
  await drop('ida', 3);
  await drop('hal', 5);
  for (const [from, unread] of [
    [1, 3],
    [2, 2],
    [4, 2],
    [5, 1],
    [6, 1],
  ] as const) {
    expect(await set('hal', room, { unread_from: from }), String(from)).toMatchObject({ unread_count: unread });
  }
  await set('hal', room, { unread_from: 4 });
  await drop('ida', 4);
  expect((await rowOf('hal', room)).unread).toBe(1);
  await drop('ida', 6);
  // Nothing is left of it, and it is still marked.
  expect((await rowOf('hal', room)).unread).toBe(1);
  expect(state.seq).toBe(6);
});
