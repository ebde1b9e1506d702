/** On AWS the index of members lags, but here it does not. So these tests leave an ended membership in it, as AWS does for a moment. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leftLongAgo, memberNames, stillMembers } from '#lambdas/chat/members';
import { recordSystemEvent } from '#lambdas/chat/system-events';
import type { Services } from '#lambdas/runtime/services';
import { allocateSeq, allocateSystemSeq } from '#lambdas/store/allocate-seq';
import { getConversationState } from '#lambdas/store/conversation-state';
import { createMembership, endMembership, getMemberships } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import type { Conversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

const room: Conversation = { id: 'room:lag', kind: 'room' };

it('a user who leaves is no member from the number of the leave on, although the index lists them, and is one again from their return', async () => {
  for (const name of ['ann', 'ben', 'cora']) await createMembership(services, name, room, { seq: 0, count: 0 });
  await allocateSystemSeq(services, room.id, { left: 'ben' });
  await allocateSystemSeq(services, room.id, { left: 'cora' });
  expect(await memberNames(services, room)).toEqual(['ann']);

  const last = { user: 'ann', text: 'hi', content_type: 'text', at: services.now() } as const;
  expect([...(await allocateSeq(services, room.id, last)).left.keys()].sort()).toEqual(['ben', 'cora']);
  await allocateSystemSeq(services, room.id, { joined: 'ben' });
  expect(await memberNames(services, room)).toEqual(['ann', 'ben']);
});

it('a minute after a leave only the index counts, and the next change removes the leave from the state', async () => {
  clock.now += 60_001;
  expect(await memberNames(services, room)).toEqual(['ann', 'ben', 'cora']);
  await allocateSystemSeq(services, room.id, { title: 'x', pruneLeft: ['cora'] });
  expect(await getConversationState(services, room.id)).toMatchObject({
    title: 'x',
    left: new Map(),
    seq: 5,
    count: 1,
  });
});

it('the state keeps the 16 latest leaves, however many leave at once', () => {
  const left = new Map(Array.from({ length: 20 }, (_, at) => [`u${at}`, 1_000 + at]));
  expect(leftLongAgo({ left }, 2_000).sort()).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
  expect(leftLongAgo({ left: new Map([['old', 1_000]]) }, 61_001)).toEqual(['old']);
});

it('the next system entry removes a leave from the state after a minute', async () => {
  const old: Conversation = { id: 'room:old', kind: 'room' };
  await recordSystemEvent(services, old, { kind: 'left', by: 'finn' });
  expect([...(await getConversationState(services, old.id)).left.keys()]).toEqual(['finn']);
  clock.now += 60_001;
  await recordSystemEvent(services, old, { kind: 'left', by: 'gina' });
  expect([...(await getConversationState(services, old.id)).left.keys()]).toEqual(['gina']);
});

it('a former member gets nothing from a chunk that is retried after the leave is no longer in the state', async () => {
  const late: Conversation = { id: 'room:late', kind: 'room' };
  for (const name of ['dora', 'emil']) {
    await createUser(services, { username: name, name });
    await createMembership(services, name, late, { seq: 0, count: 0 });
  }
  const at = services.now();
  const recipients = async () =>
    (await stillMembers(services, late.id, ['dora', 'emil'], at)).map(({ username }) => username);
  expect((await recipients()).sort()).toEqual(['dora', 'emil']);
  const [emil] = await getMemberships(services, [{ username: 'emil', conversation: late.id }]);
  if (emil) await endMembership(services, emil);
  await allocateSystemSeq(services, late.id, { left: 'emil' });
  expect(await recipients()).toEqual(['dora']);
  clock.now += 61_000;
  expect(await recipients()).toEqual(['dora']);
});
