/** A page of a search ends when its time is over, and the pages together still have every result. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { searchBefore } from '#lambdas/chat/history';
import { sendMessage } from '#lambdas/chat/send-message';
import { getConversationState } from '#lambdas/store/conversation-state';
import { createUser } from '#lambdas/store/user';
import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import { searchWords } from '#protocol/search';
import { startDomain } from './engine.ts';

let domain: Awaited<ReturnType<typeof startDomain>>;
const conversation = parseConversation('alice_bob');
const alice = { username: 'alice', name: 'Alice' };
const viewer = { username: 'bob', conversation: conversation.id, cleared: { seq: 0, count: 0 }, hiddenLast: 0 };
const texts = Array.from({ length: 24 }, (_, index) => (index % 5 === 0 ? `needle ${index}` : `hay ${index}`));

beforeAll(async () => {
  domain = await startDomain();
  const { services, clock } = domain;
  for (const name of ['alice', 'bob']) await createUser(services, { username: name, name });
  for (const message of texts) {
    clock.now += limits.sends.seconds * 1_000;
    await sendMessage(services, conversation, alice, { message });
  }
});
afterAll(() => domain.stop());

it('ends a page of a search, which goes on where it ended', async () => {
  const { services } = domain;
  const state = await getConversationState(services, conversation.id);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 400 }), async (limit, perLook) => {
      const found: string[] = [];
      let looks = 0;
      let before: number | null = state.seq + 1;
      while (before !== null) {
        let clock = 0;
        const reader = {
          ...services,
          now: () => {
            looks += 1;
            clock += perLook;
            return clock;
          },
        };
        const place: number = before;
        const page: { entries: readonly { text: string }[]; before: number | null } = await searchBefore(
          reader,
          state,
          viewer,
          { before: place, limit, words: searchWords('needle') },
        );
        expect(page.entries.length).toBeLessThanOrEqual(limit);
        // Each page looks at one entry at least.
        if (page.before !== null) expect(page.before).toBeLessThan(place);
        if (perLook > 0) expect(clock).toBeLessThanOrEqual(limits.searchMilliseconds + 4 * perLook);
        found.push(...page.entries.map(({ text }) => text));
        before = page.before;
      }
      expect(found).toEqual(texts.filter((text) => text.startsWith('needle')).reverse());
      expect(looks).toBeGreaterThan(0);
    }),
    { numRuns: 30 },
  );
});
