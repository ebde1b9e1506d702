import { afterAll, beforeAll, expect, it } from 'vitest';
import { addOrRemoveReaction } from '#lambdas/chat/change-message';
import { assertConversationLimit } from '#lambdas/chat/rate-limits';
import { requireMembership } from '#lambdas/chat/require-membership';
import { sendMessage } from '#lambdas/chat/send-message';
import { unreadCount } from '#lambdas/chat/unread-count';
import type { Services } from '#lambdas/runtime/services';
import { getConversationState } from '#lambdas/store/conversation-state';
import { getMembership } from '#lambdas/store/membership';
import { createUser } from '#lambdas/store/user';
import { ChatError } from '#protocol/errors';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
  await Promise.all(['ann', 'ben'].map((username) => createUser(services, { username, name: username })));
  await sendMessage(services, conversation, ben, { message: 'first' });
});
afterAll(() => stop());

const ann = { username: 'ann', name: 'Ann' };
const ben = { username: 'ben', name: 'Ben' };
const conversation = parseConversation('ann_ben');

async function outcome(one: Promise<unknown>): Promise<string> {
  try {
    await one;
    return 'sent';
  } catch (error) {
    if (error instanceof ChatError) return error.code;
    throw error;
  }
}

it('of a hundred messages and changes at the same time exactly the allowed number is stored, and the others leave nothing', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      outcome(
        index % 5 === 4
          ? addOrRemoveReaction(
              services,
              { conversation, caller: ann, target: { seq: 1 } },
              { emoji: '👍', removed: false },
            )
          : sendMessage(services, conversation, ann, { message: `${index}` }),
      ),
    ),
  );
  expect(outcomes.filter((one) => one === 'sent')).toHaveLength(20);
  expect(outcomes.filter((one) => one === 'rate_limited')).toHaveLength(80);

  const messages = outcomes.filter((one, index) => one === 'sent' && index % 5 !== 4).length;
  const membership = await getMembership(services, 'ben', conversation.id);
  if (!membership) throw new Error('ben is no member');
  // More numbers were sealed than the state lists, and the count is still right.
  expect(await unreadCount(services, await getConversationState(services, conversation.id), membership)).toBe(messages);
});

it('the next message is accepted when the first is old enough, and the error says when', async () => {
  const early = await sendMessage(services, conversation, ann, { message: 'early' }).catch((error: unknown) => error);
  expect(early).toMatchObject({ code: 'rate_limited', retryAfter: 10 });
  clock.now += 10_000;
  expect(await outcome(sendMessage(services, conversation, ann, { message: 'in time' }))).toBe('sent');
});

it('without a limit all of a hundred messages at the same time are stored', async () => {
  const unlimited = { ...services, config: { ...services.config, sends: { count: 0, seconds: 10 } } };
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      outcome(sendMessage(unlimited, conversation, ann, { message: `${index}` })),
    ),
  );
  expect(outcomes).toEqual(Array.from({ length: 100 }, () => 'sent'));
});

it('a user can open at most 200 conversations in an hour, also when many are opened at the same time', async () => {
  clock.now = Math.ceil(clock.now / 3_600_000) * 3_600_000 + 600_000;
  const outcomes = await Promise.all(
    Array.from({ length: 210 }, () => outcome(assertConversationLimit(services, ann.username))),
  );
  expect(outcomes.filter((one) => one === 'sent')).toHaveLength(200);
  expect(outcomes.filter((one) => one === 'rate_limited')).toHaveLength(10);
  const late = await requireMembership(services, parseConversation('room:late'), ann, { join: true }).catch(
    (error: unknown) => error,
  );
  expect(late).toMatchObject({ code: 'rate_limited', retryAfter: 3_000 });
  clock.now += 3_000_000;
  expect(await outcome(requireMembership(services, parseConversation('room:late'), ann, { join: true }))).toBe('sent');
});
