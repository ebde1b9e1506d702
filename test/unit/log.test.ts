/** The log with a random mix of senders that finish, die half-way or try again, and of readers in between. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOrRemoveReaction, deleteMessage, editMessage, isChange } from '#lambdas/chat/change-message';
import { type MessagePage, pageAfter, pageAround, pageBefore } from '#lambdas/chat/history';
import { readLog } from '#lambdas/chat/log';
import { toLogEvents } from '#lambdas/chat/log-events';
import { markRead } from '#lambdas/chat/mark-read';
import { sendMessage } from '#lambdas/chat/send-message';
import { readCursor, unreadCount } from '#lambdas/chat/unread-count';
import { currentReactions } from '#lambdas/delivery/render';
import type { Services } from '#lambdas/runtime/services';
import { allocateChangeSeq, allocateSeq } from '#lambdas/store/allocate-seq';
import { claimSend } from '#lambdas/store/claim-send';
import { getConversationState, type LastMessage } from '#lambdas/store/conversation-state';
import { type ChangeEntry, type Entry, getEntry, isMessage, isShown, putEntry } from '#lambdas/store/entry';
import { hashClientId } from '#lambdas/store/idempotency-window';
import { createMembership, getMembership } from '#lambdas/store/membership';
import { claimNamedSend, getMemberSends } from '#lambdas/store/named-sends';
import { createUser } from '#lambdas/store/user';
import { completeChange } from '#lambdas/stream/complete-change';
import { ChatError } from '#protocol/errors';
import type { ServerEvent } from '#protocol/events';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

type Change = 'edit' | 'delete' | 'react' | 'unreact';
type Step =
  | { readonly do: 'send' | 'die after the number' | 'die after the claim'; readonly who: 0 | 1; readonly id: number }
  | { readonly do: 'send at once'; readonly who: 0 | 1; readonly id: number; readonly times: number }
  | { readonly do: 'read'; readonly who: 0 | 1; readonly upTo: number }
  | { readonly do: Change; readonly who: 0 | 1; readonly target: number; readonly id: number }
  | {
      readonly do:
        | 'die after the number of a change'
        | 'die after the claim of a change'
        | 'die after the entry of a change';
      readonly change: Change;
      readonly who: 0 | 1;
      readonly target: number;
      readonly id: number;
    }
  | { readonly do: 'look' }
  | { readonly do: 'wait'; readonly seconds: number };

const who = fc.constantFrom(0 as const, 1 as const);
/** Few ids, so that a message is often tried twice. */
const id = fc.integer({ min: 0, max: 8 });
const change = fc.constantFrom('edit' as const, 'delete' as const, 'react' as const, 'unreact' as const);
const target = fc.integer({ min: 1, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), who, id }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('send at once' as const), who, id, times: fc.integer({ min: 2, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('die after the number' as const, 'die after the claim' as const),
      who,
      id,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), who, upTo: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ do: change, who, target, id }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'die after the number of a change' as const,
        'die after the claim of a change' as const,
        'die after the entry of a change' as const,
      ),
      change,
      who,
      target,
      id,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 12 }) }) },
);

let runs = 0;

/** A direct conversation keeps what its members send with in its state; a room keeps it in the memberships. */
type Kind = 'direct' | 'room';

/** Two users with a new conversation, and the acknowledged numbers of their messages. */
async function meet(kind: Kind = 'direct') {
  const callers = ['ann', 'ben'].map((name) => ({ username: `${name}${++runs}`, name }));
  const [ann = { username: '', name: '' }, ben = ann] = callers;
  await Promise.all(callers.map((caller) => createUser(services, caller)));
  const conversation = parseConversation(kind === 'direct' ? `${ann.username}_${ben.username}` : `room:log${runs}`);
  if (kind === 'room') {
    for (const { username } of callers) await createMembership(services, username, conversation, { seq: 0, count: 0 });
  }
  const acknowledged = new Map<string, number>();
  const textOf = (person: number, message: number) => `${person}:${message}`;

  async function say(person: 0 | 1, message: number): Promise<void> {
    const text = textOf(person, message);
    const caller = person === 0 ? ann : ben;
    const { seq } = await sendMessage(services, conversation, caller, { message: text, client_id: text });
    // Every repeat gets the same answer.
    expect(acknowledged.get(text) ?? seq).toBe(seq);
    acknowledged.set(text, seq);
  }

  async function perform(one: Step): Promise<void> {
    // Nobody may write 20 messages in 10 seconds.
    clock.now += 1_000;
    if (one.do === 'wait') clock.now += one.seconds * 1_000;
    else if (one.do === 'send') await say(one.who, one.id);
    else if (one.do === 'send at once')
      await Promise.all(Array.from({ length: one.times }, () => say(one.who, one.id)));
    else if (one.do === 'look')
      await pageAfter(services, await getConversationState(services, conversation.id), anybody, 0, 100, isShown);
    else if (one.do === 'read') {
      const { seq } = await getConversationState(services, conversation.id);
      const reader = one.who === 0 ? ann : ben;
      if (seq > 0) await markRead(services, conversation, reader, Math.min(one.upTo, seq));
    } else if ('change' in one) await dieChanging(one);
    else if (one.do === 'edit' || one.do === 'delete' || one.do === 'react' || one.do === 'unreact') await alter(one);
    else {
      const caller = one.who === 0 ? ann : ben;
      const text = textOf(one.who, one.id);
      const last = { user: caller.username, text, content_type: 'text' as const, at: clock.now };
      if (one.do === 'die after the claim') await claim(caller.username, text, last);
      else if (!(await wasSent(caller.username, text))) await allocateSeq(services, conversation.id, last);
    }
  }

  async function wasSent(username: string, clientId: string): Promise<boolean> {
    const membership = await getMembership(services, username, conversation.id);
    if (!membership) return true;
    if (!('members' in conversation)) return membership.recentSends.has(hashClientId(clientId));
    return (await getMemberSends(services, conversation, username, clientId))?.seq !== undefined;
  }

  /** Takes a number for a send, and does not write its entry. @returns undefined if the send has a number already */
  async function claim(
    username: string,
    clientId: string,
    message?: LastMessage,
  ): Promise<{ seq: number; count: number; at: number } | undefined> {
    const membership = await getMembership(services, username, conversation.id);
    if (!membership) return undefined;
    const at = clock.now;
    if ('members' in conversation) {
      const claimed = await claimNamedSend(services, conversation, username, { clientId, message });
      return claimed.kind === 'claimed' ? { ...claimed.state, at } : undefined;
    }
    if (membership.recentSends.has(hashClientId(clientId))) return undefined;
    const taken = message
      ? await allocateSeq(services, conversation.id, message)
      : await allocateChangeSeq(services, conversation.id);
    const record = { ...taken, at };
    await claimSend(services, membership, hashClientId(clientId), record, { moveCursor: message !== undefined });
    return record;
  }

  /** Changes a message, if this user may. A refused change must leave nothing in the log, which the end of the test checks. */
  async function alter(one: Extract<Step, { do: Change }>): Promise<void> {
    const caller = one.who === 0 ? ann : ben;
    const clientId = `${one.do}${one.who}${one.target}${one.id}`;
    const request = { conversation, caller, target: { seq: one.target }, clientId };
    try {
      if (one.do === 'edit') await editMessage(services, request, `edited ${one.id}`);
      else if (one.do === 'delete') await deleteMessage(services, request);
      else await addOrRemoveReaction(services, request, { emoji: '👍', removed: one.do === 'unreact' });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
    }
  }

  async function dieChanging(one: Extract<Step, { change: Change }>): Promise<void> {
    const { username } = one.who === 0 ? ann : ben;
    const message = await getEntry(services, conversation.id, one.target);
    const mayChange = message?.type === 'message' && !message.deleted && message.user === username;
    const clientId = `${one.change}${one.who}${one.target}${one.id}`;
    if (!mayChange || (await wasSent(username, clientId))) return;
    if (one.do === 'die after the number of a change') {
      await allocateChangeSeq(services, conversation.id);
      return;
    }
    const claimed = await claim(username, clientId);
    if (!claimed || one.do === 'die after the claim of a change') return;
    const { seq, count, at } = claimed;
    const who = { user: username, client_id: clientId };
    const place = { conversation: conversation.id, seq, count, at, target: one.target, ...who };
    if (one.change === 'edit') await putEntry(services, { ...place, type: 'edit', text: `edited ${one.id}` });
    else if (one.change === 'delete') await putEntry(services, { ...place, type: 'delete' });
    else await putEntry(services, { ...place, type: 'reaction', emoji: '👍', removed: one.change === 'unreact' });
  }
  return { callers, conversation, acknowledged, perform };
}

/** A viewer who sees everything. */
const anybody = { username: '', conversation: '', cleared: { seq: 0, count: 0 }, hiddenLast: 0 };

interface Shown {
  readonly seq: number;
  readonly text: string;
  readonly deleted: boolean;
  readonly reactions: Readonly<Record<string, readonly string[]>>;
}

/** A message as history shows it. */
function shown({ seq, text, deleted = false, reactions }: Extract<Entry, { type: 'message' }>): Shown {
  return { seq, text, deleted, reactions: currentReactions(reactions) };
}

/** The same, made from the log: each change is applied in the order of the numbers. */
function replay(log: readonly Entry[]): Shown[] {
  return log.filter(isMessage).map((message) => {
    const changes = log.filter((entry): entry is ChangeEntry => isChange(entry) && entry.target === message.seq);
    const original = message.client_id;
    const edits = changes.flatMap((change) => (change.type === 'edit' ? [change.text] : []));
    const deleted = changes.some(({ type }) => type === 'delete');
    const users = new Set<string>();
    for (const change of changes) {
      if (change.type !== 'reaction') continue;
      if (change.removed) users.delete(change.user);
      else users.add(change.user);
    }
    const reactions: Shown['reactions'] = users.size > 0 ? { '👍': [...users].sort() } : {};
    return { seq: message.seq, text: deleted ? '' : (edits.at(-1) ?? original), deleted, reactions };
  });
}

function isAboutText(
  event: ServerEvent,
): event is Extract<ServerEvent, { type: `message_${'edited' | 'deleted'}` | 'chat_message' }> {
  return ['chat_message', 'message_edited', 'message_deleted'].includes(event.type);
}

describe('the log', () => {
  it.each<Kind>(['direct', 'room'])(
    'has every acknowledged message exactly once, in the order of the numbers, without gaps, and unread counts match it: %s',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          const { callers, conversation, acknowledged, perform } = await meet(kind);
          for (const one of steps) await perform(one);
          clock.now += 60_000;

          const whole = await readLog(
            services,
            await getConversationState(services, conversation.id),
            await range(conversation.id),
          );
          // Before the incomplete changes are applied, a page of changes has each message as it will be.
          const entries = whole.filter((entry) => entry.type !== 'sealed');
          const events = await toLogEvents(services, entries, '', undefined);
          const texts = new Map(events.flatMap((event) => (isAboutText(event) ? [[event.seq, event.message]] : [])));
          const last = replay(whole);
          expect([...texts].sort(([a], [b]) => a - b)).toEqual(last.map(({ seq, text }) => [seq, text]));
          for (const entry of whole.filter(isChange)) await completeChange(services, entry);
          const state = await getConversationState(services, conversation.id);
          expect(whole.map(({ seq }) => seq)).toEqual(Array.from({ length: state.seq }, (_, index) => index + 1));
          const messages = whole.filter(isMessage);
          const stored = new Map(messages.map(({ client_id: clientId, seq }) => [clientId, seq]));
          expect(stored.size).toBe(messages.length);
          for (const [text, seq] of acknowledged) expect([text, stored.get(text)]).toEqual([text, seq]);

          const now = (
            await readLog(services, state, { first: 1, last: state.seq, atPending: 'stop' as const })
          ).filter(isMessage);
          expect(now.map(shown)).toEqual(last);
          const newest = now.at(-1);
          expect(state.last?.seq).toBe(newest?.seq);
          expect(state.last?.text).toBe(newest?.text);
          for (const { username } of callers) {
            const membership = await getMembership(services, username, conversation.id);
            if (!membership) continue;
            const beyond = now.filter(({ seq, deleted }) => seq > readCursor(state, membership).seq && !deleted);
            expect(await unreadCount(services, state, membership)).toBe(beyond.length);
          }
        }),
        { numRuns: Number(process.env.PARLEY_RUNS ?? 20) },
      );
    },
    60_000,
  );

  async function range(conversation: string) {
    const { seq } = await getConversationState(services, conversation);
    return { first: 1, last: seq, atPending: 'stop' as const };
  }
});

describe('pages', () => {
  it('of any size, from any place, in both directions, have the same messages as the log', async () => {
    const { conversation, perform } = await meet();
    for (let message = 0; message < 30; message++) {
      await perform({ do: 'send', who: message % 2 === 0 ? 0 : 1, id: message });
      if (message % 7 === 0) await perform({ do: 'die after the number', who: 0, id: 100 + message });
    }
    clock.now += 60_000;
    const state = await getConversationState(services, conversation.id);
    const all = (await readLog(services, state, { first: 1, last: state.seq, atPending: 'stop' as const })).filter(
      isMessage,
    );
    const seqs = all.map(({ seq }) => seq);

    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: state.seq + 3 }),
        fc.integer({ min: 1, max: 40 }),
        async (from, limit) => {
          const back: number[] = [];
          for (let before: number | null = from; before !== null; ) {
            const page = await pageBefore(services, state, anybody, before, limit);
            back.push(...page.entries.map(({ seq }) => seq));
            before = page.before;
          }
          expect(back).toEqual(seqs.filter((seq) => seq < from).reverse());

          const forth: number[] = [];
          for (let after: number | null = from; after !== null; ) {
            const page: MessagePage = await pageAfter(services, state, anybody, after, limit, isShown);
            forth.push(...page.entries.map(({ seq }) => seq));
            after = page.after;
          }
          expect(forth).toEqual(seqs.filter((seq) => seq > from));

          const around = await pageAround(services, state, anybody, from, limit);
          expect(around.entries.length).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 30 },
    );
  }, 60_000);

  it('continue across segments of the log', async () => {
    const { conversation, perform } = await meet();
    await perform({ do: 'send', who: 0, id: 0 });
    // The log continues at 999, as if the messages before had expired: retention leaves no numbers to seal.
    const expiring = { ...services, config: { ...services.config, retentionDays: 1 } };
    for (let skipped = 0; skipped < 997; skipped++) await jump(conversation.id);
    clock.now += 2 * 86_400_000;
    for (let message = 1; message <= 5; message++) await perform({ do: 'send', who: 1, id: message });
    const state = await getConversationState(services, conversation.id);
    const page = await pageBefore(expiring, state, anybody, state.seq + 1, 5);
    expect(page.entries.map(({ seq }) => seq)).toEqual([1003, 1002, 1001, 1000, 999]);
    expect((await pageAfter(expiring, state, anybody, 998, 3, isShown)).entries.map(({ seq }) => seq)).toEqual([
      999, 1000, 1001,
    ]);
  });

  async function jump(conversation: string): Promise<void> {
    await allocateSeq(services, conversation, { user: 'x', text: 'x', content_type: 'text', at: clock.now });
  }
});
