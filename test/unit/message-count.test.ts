/**
 * The count of a page, compared with a plain array: messages that are deleted, also again with the same client_id, hidden and cleared, people
 * who leave and return, numbers whose writers died, and sends that are repeated. Every page must have the count of what can be read.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addOrRemoveReaction, deleteMessage, editMessage } from '#lambdas/chat/change-message';
import { clearHistory, deleteMessageForMe } from '#lambdas/chat/delete-for-me';
import { leaveConversation } from '#lambdas/chat/leave-conversation';
import { requireMembership } from '#lambdas/chat/require-membership';
import { sendMessage } from '#lambdas/chat/send-message';
import { unreadCount } from '#lambdas/chat/unread-count';
import { messages as handlers } from '#lambdas/http/messages';
import type { Services } from '#lambdas/runtime/services';
import { allocateChangeSeq, allocateSeq } from '#lambdas/store/allocate-seq';
import { claimSend } from '#lambdas/store/claim-send';
import { getConversationState } from '#lambdas/store/conversation-state';
import { hashClientId } from '#lambdas/store/idempotency-window';
import { createMembership, getMembership } from '#lambdas/store/membership';
import { claimNamedSend } from '#lambdas/store/named-sends';
import { createUser } from '#lambdas/store/user';
import { ChatError } from '#protocol/errors';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
const people = ['ann', 'ben', 'cora'].map((username) => ({ username, name: username }));
type Caller = (typeof people)[number];
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
  for (const person of people) await createUser(services, person);
});
afterAll(() => stop());

const who = fc.integer({ min: 0, max: 2 });
/** A place in the model, from its end. */
const place = fc.nat({ max: 30 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), who, times: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('send again' as const), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete many' as const), place, times: fc.integer({ min: 5, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete again' as const), times: fc.integer({ min: 1, max: 10 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), who, place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hide' as const), who, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide the newest entry' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), who, back: fc.nat({ max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave and return' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      who,
      sends: fc.constantFrom('message' as const, 'change' as const),
      /** The same client_id is tried again, for a message, or never. */
      tried: fc.constantFrom('again' as const, 'never' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      who,
      limit: fc.integer({ min: 1, max: 12 }),
      before: fc.nat({ max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);

/** What one message is in the model. */
interface Sent {
  readonly seq: number;
  readonly by: Caller;
  readonly client_id: string;
  deleted: boolean;
}

let runs = 0;

async function start(kind: 'room' | 'fixed') {
  const conversation = parseConversation(kind === 'room' ? `room:count${++runs}` : 'ann_ben_cora');
  const { seq: begins } = await getConversationState(services, conversation.id);
  for (const { username } of people) await createMembership(services, username, conversation, { seq: 0, count: 0 });
  /** The model. In the conversation that all runs share, only what came after the run's beginning is looked at. */
  const sent: Sent[] = [];
  const gone = new Map(people.map(({ username }) => [username, { hidden: new Set<number>(), cleared: begins }]));
  const goneFor = ({ username }: Caller) => gone.get(username) ?? { hidden: new Set<number>(), cleared: begins };
  if (begins > 0) for (const caller of people) await clearHistory(services, conversation, caller);
  let unique = 0;
  const deletions: (() => Promise<unknown>)[] = [];
  return { conversation, sent, goneFor, deletions, next: () => `${kind}${runs}-${begins}-${++unique}` };
}

type World = Awaited<ReturnType<typeof start>>;

async function say({ conversation, sent, next }: World, by: Caller, clientId = next()): Promise<void> {
  clock.now += 1_000;
  const { seq } = await sendMessage(services, conversation, by, { message: clientId, client_id: clientId });
  sent.push({ seq, by, client_id: clientId, deleted: false });
}

async function remove(world: World, message: Sent | undefined): Promise<void> {
  if (!message || message.deleted) return;
  clock.now += 1_000;
  const request = {
    conversation: world.conversation,
    caller: message.by,
    target: { seq: message.seq },
    clientId: world.next(),
  };
  await deleteMessage(services, request);
  message.deleted = true;
  world.deletions.push(() => deleteMessage(services, request));
}

/** Takes a number for a send and writes no entry. @returns its client_id */
async function die({ conversation, next }: World, { username }: Caller, isMessage: boolean): Promise<string> {
  clock.now += 1_000;
  const [clientId, at] = [next(), clock.now];
  const message = isMessage ? { user: username, text: 'lost', content_type: 'text' as const, at } : undefined;
  if ('members' in conversation) {
    await claimNamedSend(services, conversation, username, { clientId, message });
    return clientId;
  }
  const membership = await getMembership(services, username, conversation.id);
  const state = message
    ? await allocateSeq(services, conversation.id, message)
    : await allocateChangeSeq(services, conversation.id);
  if (membership)
    await claimSend(services, membership, hashClientId(clientId), { ...state, at }, { moveCursor: isMessage });
  return clientId;
}

async function page({ conversation }: World, caller: Caller, query: { limit: number; before?: number | undefined }) {
  const address = { path: `/conversations/${conversation.id}/messages`, query: {} };
  // biome-ignore lint/suspicious/noExplicitAny: the parts of a request that the handler reads
  const request: any = { conversation, caller, query, path: {}, address };
  // biome-ignore lint/suspicious/noExplicitAny: a page of messages
  return (await handlers.listMessages(services, request)) as any;
}

/** What this member can read, by the model. */
function readable({ sent, goneFor }: World, caller: Caller): Sent[] {
  const { hidden, cleared } = goneFor(caller);
  return sent.filter(({ seq, deleted }) => !deleted && !hidden.has(seq) && seq > cleared);
}

async function perform(world: World, one: Step): Promise<void> {
  const { conversation, sent, goneFor, deletions } = world;
  const caller = people['who' in one ? one.who : 0] ?? { username: '', name: '' };
  const at = (back: number) => sent.at(-1 - back);
  switch (one.do) {
    case 'send':
      for (let times = 0; times < one.times; times++) await say(world, caller);
      return;
    case 'send again': {
      const message = at(one.place);
      if (!message) return;
      const { by, client_id } = message;
      const { seq } = await sendMessage(services, conversation, by, { message: client_id, client_id });
      // The window may have forgotten it, and then it is another message.
      if (seq !== message.seq) sent.push({ seq, by, client_id, deleted: false });
      return;
    }
    case 'delete':
      return remove(world, at(one.place));
    case 'delete many':
      for (let times = 0; times < one.times; times++) await remove(world, at(one.place + times));
      return;
    case 'delete again':
      for (const again of deletions.slice(-one.times)) {
        clock.now += 1_000;
        await again().catch(expectRefusal);
      }
      return;
    case 'change': {
      const message = at(one.place);
      if (!message) return;
      clock.now += 1_000;
      const request = { conversation, target: { seq: message.seq } };
      await editMessage(services, { ...request, caller: message.by }, `edited ${clock.now}`).catch(expectRefusal);
      await addOrRemoveReaction(services, { ...request, caller }, { emoji: '👍', removed: false }).catch(expectRefusal);
      return;
    }
    case 'hide': {
      const message = at(one.place);
      if (!message) return;
      await deleteMessageForMe(services, { conversation, caller, target: { seq: message.seq } });
      goneFor(caller).hidden.add(message.seq);
      return;
    }
    case 'hide the newest entry': {
      const [newest] = (await page(world, caller, { limit: 1 })).results;
      if (!newest) return;
      await deleteMessageForMe(services, { conversation, caller, target: { seq: newest.seq } });
      goneFor(caller).hidden.add(newest.seq);
      return;
    }
    case 'clear': {
      const { seq } = await getConversationState(services, conversation.id);
      if (seq - one.back < 1) return;
      const { up_to } = await clearHistory(services, conversation, caller, seq - one.back);
      goneFor(caller).cleared = Math.max(goneFor(caller).cleared, up_to);
      return;
    }
    case 'leave and return':
      if ('members' in conversation) return;
      clock.now += 61_000;
      await leaveConversation(services, conversation, caller).catch(expectRefusal);
      clock.now += 1_000;
      await requireMembership(services, conversation, caller, { join: true });
      goneFor(caller).hidden.clear();
      goneFor(caller).cleared = 0;
      return;
    case 'die': {
      const clientId = await die(world, caller, one.sends === 'message');
      if (one.tried === 'again') await say(world, caller, clientId);
      return;
    }
    case 'look': {
      const { seq } = await getConversationState(services, conversation.id);
      const found = await page(world, caller, { limit: one.limit, before: Math.max(1, seq + 1 - one.before) });
      expect(found.count).toBe(readable(world, caller).length);
      return;
    }
    case 'wait':
      clock.now += 60_000;
  }
}

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function expectRefusal(error: unknown): void {
  if (!(error instanceof ChatError)) throw error;
}

/** @param options.isQuiet nobody may still be writing: then the unread counts, too, know of every number without a message */
async function assertExact(world: World, limit: number, { isQuiet = false } = {}): Promise<void> {
  const { conversation } = world;
  for (const caller of people) {
    const expected = readable(world, caller);
    const found: number[] = [];
    for (let before: number | undefined | null; before !== null; ) {
      const { count, results, next } = await page(world, caller, { limit, before });
      expect(count).toBe(expected.length);
      for (const one of results) if (!one.deleted && one.content_type !== 'system') found.push(one.seq);
      before = next === null ? null : Number(new URL(next, 'http://any').searchParams.get('before'));
    }
    expect(found.reverse()).toEqual(expected.map(({ seq }) => seq));
  }
  if (!isQuiet) return;
  for (const caller of people) {
    const [state, membership] = await Promise.all([
      getConversationState(services, conversation.id),
      getMembership(services, caller.username, conversation.id),
    ]);
    if (membership) {
      const nothingRead = { ...membership, read: { seq: 0, count: 0 }, username: '' };
      const uncleared = world.sent.filter(({ seq, deleted }) => !deleted && seq > world.goneFor(caller).cleared);
      if (membership.cleared.seq > 0) expect(await unreadCount(services, state, nothingRead)).toBe(uncleared.length);
    }
  }
}

it.each(['room', 'fixed'] as const)(
  'every page of a %s conversation has the count of what its reader can read',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 45 }),
        fc.integer({ min: 1, max: 60 }),
        async (steps, limit) => {
          const world = await start(kind);
          await perform(world, { do: 'send', who: 0, times: 4 });
          for (const one of steps) await perform(world, one);
          await assertExact(world, limit);
          clock.now += 60_000;
          await assertExact(world, limit);
          clock.now += 60_000;
          await assertExact(world, limit, { isQuiet: true });
        },
      ),
      { numRuns: Number(process.env.PARLEY_RUNS ?? 4), endOnFailure: true },
    );
  },
  120_000,
);

it('a member who has cleared one message counts right after sixty-one deletions, some of them tried again', async () => {
  const world = await start('room');
  const [ann, ben] = people as [Caller, Caller];
  for (let times = 0; times < 66; times++) await say(world, ann);
  await clearHistory(services, world.conversation, ben, world.sent[0]?.seq);
  world.goneFor(ben).cleared = world.sent[0]?.seq ?? 0;
  for (const message of world.sent.slice(1, 62)) await remove(world, message);
  await assertExact(world, 100);
  for (const again of world.deletions.slice(-5)) await again();
  await assertExact(world, 100);
});
