/** Reactions that were given and taken back in any order, compared with a set. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addOrRemoveReaction } from '#lambdas/chat/change-message';
import { sendMessage } from '#lambdas/chat/send-message';
import { currentReactions } from '#lambdas/delivery/render';
import type { Services } from '#lambdas/runtime/services';
import { applyChange } from '#lambdas/store/apply-change';
import { getConversationState } from '#lambdas/store/conversation-state';
import { getEntry, type MessageEntry, putEntry, type ReactionEntry } from '#lambdas/store/entry';
import { createMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { type Conversation, parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
/** The last has the longest name that a user can have. */
const people = ['ann', 'ben', 'c'.repeat(limits.userNameLength)].map((username) => ({ username, name: username }));
const [ann, ben, cora] = people as [
  { username: string; name: string },
  { username: string; name: string },
  { username: string; name: string },
];
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
  for (const person of people) await createUser(services, person);
});
afterAll(() => stop());

const emoji = [
  '🐀',
  '🐁',
  '🐂',
  '🐃',
  '🐄',
  '🐅',
  '🐆',
  '🐇',
  '🐈',
  '🐉',
  '🐊',
  '🐋',
  '🐌',
  '🐍',
  '🐎',
  '🐏',
  '🐐',
  '🐑',
  '🐒',
  '🐓',
];
let rooms = 0;

async function start(): Promise<{ conversation: Conversation; seq: number }> {
  const conversation = parseConversation(`room:reactions${++rooms}`);
  for (const { username } of people) await createMembership(services, username, conversation, { seq: 0, count: 0 });
  const { seq } = await sendMessage(services, conversation, ann, { message: 'hello' });
  return { conversation, seq };
}

async function react(
  { conversation, seq }: { conversation: Conversation; seq: number },
  caller: typeof ann,
  one = '',
  removed = false,
) {
  clock.now += 1_000;
  return addOrRemoveReaction(services, { conversation, caller, target: { seq } }, { emoji: one, removed });
}

async function message({ conversation, seq }: { conversation: Conversation; seq: number }): Promise<MessageEntry> {
  const entry = await getEntry(services, conversation.id, seq);
  if (entry?.type !== 'message') throw new Error('there is no message');
  return entry;
}

it('what does not stand counts neither for the ten of a member nor for the bytes of all', async () => {
  const place = await start();
  for (const one of emoji) {
    await react(place, cora, one);
    await react(place, cora, one, true);
  }
  for (const one of emoji.slice(0, limits.reactionsPerMember)) await react(place, cora, one);
  await expect(react(place, cora, emoji[10])).rejects.toMatchObject({ code: 'conflict' });
  await react(place, cora, emoji[0], true);
  await react(place, cora, emoji[10]);
  await react(place, ben, emoji[11]);
});

it('what changes nothing is answered with the number since when it is so, and takes no number', async () => {
  const place = await start();
  const newest = async () => (await getConversationState(services, place.conversation.id)).seq;
  expect(await react(place, ben, '👍', true)).toMatchObject({ reactions: {}, change: place.seq });
  const given = await react(place, ben, '👍');
  expect(await react(place, ben, '👍')).toEqual(given);
  const takenBack = await react(place, ben, '👍', true);
  expect(takenBack).toMatchObject({ reactions: {}, change: given.change + 1 });
  expect(await react(place, ben, '👍', true)).toEqual(takenBack);
  expect(await newest()).toBe(takenBack.change);
});

it('the entry of a message does not grow with what was taken back', async () => {
  const place = await start();
  for (const caller of people) {
    for (const one of emoji) {
      await react(place, caller, one);
      await react(place, caller, one, true);
    }
  }
  await react(place, ben, '👍');
  const { reactions } = await message(place);
  expect(reactions.length).toBeLessThanOrEqual(21);
  expect(currentReactions(reactions)).toEqual({ '👍': [ben.username] });
});

describe('reactions that are applied in any order, some of them more than once', () => {
  it('leave what the log says', async () => {
    const change = fc.record({
      who: fc.constantFrom(...people),
      one: fc.constantFrom(...emoji),
      removed: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 40, maxLength: 120 }),
        fc.infiniteStream(fc.nat()),
        async (changes, random) => {
          const place = await start();
          const entries = changes.map(
            ({ who, one, removed }, index): ReactionEntry => ({
              type: 'reaction',
              conversation: place.conversation.id,
              target: place.seq,
              user: who.username,
              client_id: `${index}`,
              count: 1,
              at: clock.now,
              seq: place.seq + 1 + index,
              emoji: one,
              removed,
            }),
          );
          await Promise.all(entries.map((entry) => putEntry(services, entry)));
          // Each is applied a little late, and some much later, or again.
          const next = () => random.next().value;
          const late = entries.map((entry, index) => ({
            entry,
            at: index + (next() % 4 === 0 ? next() % 200 : next() % 6),
          }));
          const again = late
            .filter(() => next() % 5 === 0)
            .map(({ entry, at }) => ({ entry, at: at + (next() % 200) }));
          for (const { entry } of [...late, ...again].sort((a, b) => a.at - b.at)) await applyChange(services, entry);
          const standing = new Set<string>();
          for (const { emoji: one, user, removed } of entries) standing[removed ? 'delete' : 'add'](`${one} ${user}`);
          const shown = Object.entries(currentReactions((await message(place)).reactions)).flatMap(([one, users]) =>
            users.map((user) => `${one} ${user}`),
          );
          expect(shown.sort()).toEqual([...standing].sort());
        },
      ),
      { numRuns: Number(process.env.PARLEY_RUNS ?? 4) },
    );
  }, 60_000);
});
