/** The count of a page, compared with a plain array, on the engine and with a clock that the test moves. */
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
import { type Chatting, Model, type Page, step } from '../support/count-model.ts';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

let runs = 0;

async function start(kind: 'room' | 'fixed') {
  const people = ['ann', 'ben', 'cora'].map((name) => ({ username: `${name}${runs}`, name }));
  const [ann = { username: '', name: '' }] = people;
  const names = people.map(({ username }) => username);
  const conversation = parseConversation(kind === 'room' ? `room:count${runs}` : names.join('_'));
  runs++;
  const { id } = conversation;
  for (const person of people) await createUser(services, person);
  for (const username of names) await createMembership(services, username, conversation, { seq: 0, count: 0 });
  const caller = (who: number) => people[who] ?? ann;
  /** Nobody may write 20 messages in 10 seconds. */
  const later = () => {
    clock.now += 1_000;
  };
  const chat: Chatting = {
    people: people.length,
    say(who, clientId) {
      later();
      return sendMessage(services, conversation, caller(who), { message: clientId, client_id: clientId });
    },
    remove(who, seq, clientId) {
      later();
      return deleteMessage(services, { conversation, caller: caller(who), target: { seq }, clientId });
    },
    async change(author, who, seq) {
      later();
      const request = { conversation, target: { seq } };
      const edit = editMessage(services, { ...request, caller: caller(author) }, `edited ${clock.now}`);
      await edit.catch(expectRefusal);
      const emoji = { emoji: '👍', removed: false };
      await addOrRemoveReaction(services, { ...request, caller: caller(who) }, emoji).catch(expectRefusal);
    },
    hide: (who, seq) => deleteMessageForMe(services, { conversation, caller: caller(who), target: { seq } }),
    clear: (who, upTo) => clearHistory(services, conversation, caller(who), upTo),
    async leaveAndReturn(who) {
      clock.now += 61_000;
      await leaveConversation(services, conversation, caller(who));
      later();
      await requireMembership(services, conversation, caller(who), { join: true });
    },
    async die(who, clientId, isMessage) {
      later();
      const { username: user } = caller(who);
      const at = clock.now;
      const message = isMessage ? { user, text: 'lost', content_type: 'text' as const, at } : undefined;
      if ('members' in conversation) return claimNamedSend(services, conversation, user, { clientId, message });
      const membership = await getMembership(services, user, id);
      const state = message ? await allocateSeq(services, id, message) : await allocateChangeSeq(services, id);
      const record = { ...state, at };
      return membership && claimSend(services, membership, hashClientId(clientId), record, { moveCursor: isMessage });
    },
    newest: async () => (await getConversationState(services, id)).seq,
    page(who, query) {
      const address = { path: `/conversations/${id}/messages`, query: {} };
      const request = { conversation, caller: caller(who), query, path: {}, address };
      // The parts of a request that the handler reads.
      const page: unknown = handlers.listMessages({ ...services, config: withAddress() }, request as never);
      return page as Promise<Page>;
    },
    wait() {
      clock.now += 60_000;
    },
  };
  return { conversation, names, model: new Model(chat, `${runs}`) };
}

const withAddress = () => ({ ...services.config, httpUrl: 'https://any' });

function expectRefusal(error: unknown): void {
  if (!(error instanceof ChatError)) throw error;
}

/** Once every number has an entry, the unread counts are exact, too: they subtract the same sets. */
async function assertUnreadExact({ conversation, names, model }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const state = await getConversationState(services, conversation.id);
  for (const [who, username] of names.entries()) {
    const membership = await getMembership(services, username, conversation.id);
    const { cleared } = model.goneFor(who);
    if (!membership || cleared === 0) continue;
    const there = model.sent.filter(({ seq, deleted }) => !deleted && seq > cleared);
    const nothingRead = { ...membership, username: '', read: { seq: 0, count: 0 }, seen: { seq: 0, count: 0 } };
    expect(await unreadCount(services, state, nothingRead)).toBe(there.length);
  }
}

it.each(['room', 'fixed'] as const)(
  'every page of a %s conversation has the count of what its reader can read',
  async (kind) => {
    const steps = fc.array(step, { minLength: 10, maxLength: 45 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 60 }), async (all, limit) => {
        const world = await start(kind);
        const { model } = world;
        await model.perform({ do: 'send', who: 0, times: 4 });
        for (const one of all) await model.perform(one);
        await model.assertExact(limit);
        // A number is sealed when it is old, and only the next look may tell what it was for.
        for (let looks = 0; looks < 2; looks++) {
          model.chat.wait();
          await model.assertExact(limit);
        }
        await assertUnreadExact(world);
      }),
      { numRuns: Number(process.env.PARLEY_RUNS ?? 4), endOnFailure: true },
    );
  },
  120_000,
);

it('a member who has cleared one message counts right after sixty-one deletions, some of them tried again', async () => {
  const { model } = await start('room');
  for (let times = 0; times < 66; times++) await model.say(0);
  const first = model.sent[0]?.seq ?? 0;
  await model.chat.clear(1, first);
  model.goneFor(1).cleared = first;
  for (const message of model.sent.slice(1, 62)) await model.remove(message);
  await model.assertExact(100);
  await model.deleteAgain(5);
  await model.assertExact(100);
});
