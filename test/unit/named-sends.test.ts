import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { block, unblock } from '#lambdas/chat/block';
import { conversationView } from '#lambdas/chat/conversation-view';
import { markRead } from '#lambdas/chat/mark-read';
import { requireMembership } from '#lambdas/chat/require-membership';
import { sendMessage } from '#lambdas/chat/send-message';
import { readCursor, unreadCount } from '#lambdas/chat/unread-count';
import type { Services } from '#lambdas/runtime/services';
import { conversationStateKey, getConversationState, previewOf } from '#lambdas/store/conversation-state';
import { advanceDeliveredUntil } from '#lambdas/store/cursor';
import { hashClientId, packSend } from '#lambdas/store/idempotency-window';
import { getItem, updateItem } from '#lambdas/store/item';
import { getMembership, membershipKey } from '#lambdas/store/membership';
import { leaveNamed } from '#lambdas/store/named-departures';
import { getMemberSends, windowSizeOf } from '#lambdas/store/named-sends';
import { addUncounted } from '#lambdas/store/uncounted';
import { createUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { type NamedConversation, parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';
import { sizeOf } from './size-of.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

let runs = 0;
/** Users with names of this length, and their conversation. */
async function meet(people = 2, length = 8) {
  runs++;
  const callers = Array.from({ length: people }, (_, index) => {
    const name = `p${runs}x${index.toString(36)}`.padEnd(length, 'y');
    return { username: name, name };
  });
  await Promise.all(callers.map((caller) => createUser(services, caller)));
  const conversation = parseConversation(callers.map(({ username }) => username).join('_')) as NamedConversation;
  const [ann = { username: '', name: '' }, ben = ann] = callers;
  const say = (caller: typeof ann, message: string, clientId = message) =>
    sendMessage(services, conversation, caller, { message, client_id: clientId });
  return { callers, ann, ben, conversation, say };
}

describe('the state of a conversation that is named by its members', () => {
  it.each([
    [2, 5],
    [2, 20],
    [2, 64],
    [3, 10],
    [6, 20],
    [12, 10],
    [12, 32],
  ])('of %i people with names of %i characters fits its write units, however much was sent', async (people, length) => {
    const { callers, conversation, say } = await meet(people, length);
    // As after ten million entries.
    await say(callers[0] as (typeof callers)[0], 'first');
    await updateItem(services.table, {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: 'SET seq = :n, last_seq = :n, #count = :n',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':n': 98_765_432 },
    });
    const text = '漢'.repeat(100);
    for (let message = 0; message < 30; message++) {
      for (const caller of callers) await say(caller, text, `${caller.username} ${message}`);
      clock.now += 1_234;
    }
    for (const { username } of callers) {
      await advanceDeliveredUntil(services, { username, conversation: conversation.id }, clock.now);
    }
    for (let number = 0; number < 70; number++)
      await addUncounted(services, conversation.id, [98_765_433 + number * 3]);
    // All others have left.
    if (people > 2) for (const { username } of callers.slice(1)) await leaveNamed(services, conversation, username);
    const item = await getItem(services.table, conversationStateKey(conversation.id), { consistent: true });
    expect(sizeOf(item)).toBeLessThanOrEqual(people === 2 ? 1_024 : 2_048);
    const size = windowSizeOf(conversation);
    expect(size).toBeGreaterThanOrEqual(3);
    for (const { username } of callers) {
      for (let message = 30 - size; message < 30; message++) {
        const clientId = `${username} ${message}`;
        expect(await getMemberSends(services, conversation, username, clientId)).toMatchObject({
          seq: expect.any(Number),
        });
      }
    }
  });

  it('remembers at least 16 sends of each of two people with names of up to 16 characters', () => {
    const conversation = parseConversation(`${'a'.repeat(16)}_${'b'.repeat(16)}`) as NamedConversation;
    expect(windowSizeOf(conversation)).toBeGreaterThanOrEqual(16);
    expect(windowSizeOf(conversation)).toBeLessThanOrEqual(limits.sendsRemembered);
  });

  it('has the author’s own cursor, and what others sent is unread until they read or write', async () => {
    const { ann, ben, conversation, say } = await meet();
    const unread = async (username: string) => {
      const membership = await getMembership(services, username, conversation.id);
      if (!membership) throw new Error(`${username} is no member`);
      const state = await getConversationState(services, conversation.id);
      return [readCursor(state, membership).seq, await unreadCount(services, state, membership)];
    };
    for (const text of ['1', '2', '3']) await say(ann, text);
    expect([await unread(ann.username), await unread(ben.username)]).toEqual([
      [3, 0],
      [0, 3],
    ]);
    await markRead(services, conversation, ben, 2);
    expect(await unread(ben.username)).toEqual([2, 1]);
    await say(ben, '4');
    expect([await unread(ann.username), await unread(ben.username)]).toEqual([
      [3, 1],
      [4, 0],
    ]);
    expect(await markRead(services, conversation, ben, 1)).toEqual({ up_to: 4, unread_count: 0 });
  });

  it('begins with the sends and the block of a conversation from before there were windows', async () => {
    const { ann, ben, conversation, say } = await meet();
    const { seq } = await say(ann, 'sent before', 'old');
    // What a former version would have stored.
    await updateItem(services.table, {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: 'REMOVE w0, w1, s0, s1, c0, c1, t0, t1',
    });
    await updateItem(services.table, {
      Key: membershipKey(ann.username, conversation.id),
      UpdateExpression: 'SET ring.#hash = :record, read_seq = :seq, read_count = :seq, sends = :seq',
      ExpressionAttributeNames: { '#hash': hashClientId('old') },
      ExpressionAttributeValues: { ':record': packSend({ seq, count: 1, at: clock.now }), ':seq': seq },
    });
    await updateItem(services.table, {
      Key: membershipKey(ben.username, conversation.id),
      UpdateExpression: 'SET blocked = :yes, unfriended = :yes',
      ExpressionAttributeValues: { ':yes': true },
    });
    expect((await say(ann, 'sent before', 'old')).seq).toBe(seq);
    await expect(say(ben, 'no')).rejects.toMatchObject({ code: 'forbidden' });
    expect((await say(ann, 'next')).seq).toBe(seq + 1);
    await unblock(services, ann, ben.username);
  });

  it('begins with the cursors of a conversation from before they were in it, also by reading, and by the end of a connection', async () => {
    const begin = async () => {
      const { ann, ben, conversation, say } = await meet();
      for (const text of ['1', '2', '3', '4']) await say(ann, text);
      await updateItem(services.table, {
        Key: conversationStateKey(conversation.id),
        UpdateExpression: 'REMOVE w0, w1, s0, s1, c0, c1, t0, t1',
      });
      for (const [{ username }, seq] of [[ann, 4] as const, [ben, 2] as const]) {
        await updateItem(services.table, {
          Key: membershipKey(username, conversation.id),
          UpdateExpression: 'SET read_seq = :seq, read_count = :seq, reached = :at',
          ExpressionAttributeValues: { ':seq': seq, ':at': 1_000 + seq },
        });
      }
      const member = async (name: string) => {
        const { members } = await conversationView(services, conversation, ann.username);
        const { read_seq, delivered_until } = members.find(({ username }) => username === name) ?? {};
        return [read_seq, delivered_until];
      };
      const cursors = async () => [...(await getConversationState(services, conversation.id)).cursors.values()];
      expect(await cursors()).toEqual([]);
      const time = (ms: number) => new Date(ms).toISOString();
      expect([await member(ann.username), await member(ben.username)]).toEqual([
        [4, time(1_004)],
        [2, time(1_002)],
      ]);
      return { ann, ben, conversation, member, cursors, time };
    };

    const one = await begin();
    expect(await markRead(services, one.conversation, one.ben, 3)).toEqual({ up_to: 3, unread_count: 1 });
    expect(await one.cursors()).toEqual([
      { seq: 4, count: 4 },
      { seq: 3, count: 3 },
    ]);
    expect(await one.member(one.ben.username)).toEqual([3, one.time(1_002)]);
    expect(await one.member(one.ann.username)).toEqual([4, one.time(1_004)]);

    const other = await begin();
    const { conversation, ben } = other;
    await advanceDeliveredUntil(services, { username: ben.username, conversation: conversation.id }, 5_000);
    await advanceDeliveredUntil(services, { username: ben.username, conversation: conversation.id }, 4_000);
    expect(await other.member(ben.username)).toEqual([2, other.time(5_000)]);
    expect(await other.member(other.ann.username)).toEqual([4, other.time(1_004)]);
  });

  it('has cursors that move forward only, whoever moves them at the same time', async () => {
    const { ann, ben, conversation, say } = await meet();
    for (let index = 1; index <= 10; index++) await say(ann, `${index}`);
    const moves = Array.from({ length: 10 }, (_, index) => markRead(services, conversation, ben, index + 1));
    await Promise.all([...moves, say(ben, 'answer')]);
    const { cursors } = await getConversationState(services, conversation.id);
    expect(cursors.get(ben.username)).toEqual({ seq: 11, count: 11 });
    expect(cursors.get(ann.username)).toEqual({ seq: 10, count: 10 });
  });

  it('lets nobody write who was blocked before the first message, or between two, until the block ends', async () => {
    const { ann, ben, conversation, say } = await meet();
    await block(services, ann, ben.username);
    await expect(say(ben, '1')).rejects.toMatchObject({ code: 'forbidden' });
    expect((await say(ann, '2')).seq).toBe(1);
    await unblock(services, ann, ben.username);
    expect((await say(ben, '3')).seq).toBe(2);
    await block(services, ben, ann.username);
    await expect(say(ann, '4')).rejects.toMatchObject({ code: 'forbidden' });
    await unblock(services, ben, ann.username);
    await say(ann, '5');
    expect((await getConversationState(services, conversation.id)).seq).toBe(3);
  });

  it('may have a mark that ended just when the state was opened: the membership decides, and the mark goes', async () => {
    const { ann, ben, conversation, say } = await meet();
    await say(ann, '1');
    await updateItem(services.table, {
      Key: conversationStateKey(conversation.id),
      UpdateExpression: 'SET b1 = :yes, b0 = :yes',
      ExpressionAttributeValues: { ':yes': true },
    });
    expect((await say(ben, '2')).seq).toBe(2);
    const item = await getItem(services.table, conversationStateKey(conversation.id), { consistent: true });
    expect([item?.b0, item?.b1].filter(Boolean)).toHaveLength(1);
  });

  it('lets nobody in who is not a member, and asks for users who exist', async () => {
    const { conversation, ann } = await meet();
    const stranger = { username: `stranger${runs}`, name: 'S' };
    const other = parseConversation(`${stranger.username}_${ann.username}`);
    await createUser(services, stranger);
    expect((await sendMessage(services, other, stranger, { message: 'hello' })).seq).toBe(1);
    const nobody = parseConversation(`nobody${runs}_${ann.username}`);
    await expect(sendMessage(services, nobody, ann, { message: 'hello' })).rejects.toMatchObject({
      code: 'unknown_user',
    });
    expect(await requireMembership(services, conversation, ann, { join: false })).toMatchObject({ role: 'member' });
  });

  it('of two tries of one send at the same time stores one message', async () => {
    const { ann, conversation, say } = await meet();
    await say(ann, 'first');
    const answers = await Promise.all(Array.from({ length: 5 }, () => say(ann, 'twice', 'same')));
    expect(new Set(answers.map(({ seq }) => seq))).toEqual(new Set([2]));
    expect(await getConversationState(services, conversation.id)).toMatchObject({ seq: 2, count: 2 });
  });
});

it('lists show a hundred characters of a text, and at most 150 bytes where the state has little room', () => {
  expect(previewOf('ann_ben', 'a'.repeat(100))).toBe('a'.repeat(100));
  expect(previewOf('ann_ben', 'a'.repeat(101))).toBe(`${'a'.repeat(99)}…`);
  expect(previewOf('ann_ben', '漢'.repeat(60))).toBe(`${'漢'.repeat(49)}…`);
  expect(previewOf('room:x', '漢'.repeat(101))).toBe(`${'漢'.repeat(99)}…`);
  expect(previewOf('ann_ben', '👩‍👩‍👧'.repeat(30)).length).toBeGreaterThan(30);
  expect(Buffer.byteLength(previewOf('ann_ben', '👩'.repeat(60)))).toBeLessThanOrEqual(150);
});
