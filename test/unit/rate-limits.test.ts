import { afterAll, beforeAll, expect, it } from 'vitest';
import { addOrRemoveReaction } from '#lambdas/chat/change-message';
import { markRead } from '#lambdas/chat/mark-read';
import { requireMembership } from '#lambdas/chat/require-membership';
import { sendMessage } from '#lambdas/chat/send-message';
import { unreadCount } from '#lambdas/chat/unread-count';
import { assertRate } from '#lambdas/chat/user-limits';
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

it.each(['ann_ben', 'room:hall'])(
  'of a hundred messages and changes at the same time exactly the allowed number is stored, and the others leave nothing: %s',
  async (id) => {
    const conversation = parseConversation(id);
    await sendMessage(services, conversation, ben, { message: 'first' });
    await requireMembership(services, conversation, ann, { join: true });
    const { seq: first } = (await getConversationState(services, id)).last ?? { seq: 0 };
    await markRead(services, conversation, ben);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        outcome(
          index % 5 === 4
            ? addOrRemoveReaction(
                services,
                { conversation, caller: ann, target: { seq: first } },
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
    // In a room, more numbers were sealed than the state lists, and the count is still right.
    expect(await unreadCount(services, await getConversationState(services, conversation.id), membership)).toBe(
      messages,
    );

    // The bucket is refilled evenly: one token in half a second, twenty in ten.
    const early = await sendMessage(services, conversation, ann, { message: 'early' }).catch((error: unknown) => error);
    expect(early).toMatchObject({ code: 'rate_limited', retryAfter: 1 });
    clock.now += 499;
    expect(await outcome(sendMessage(services, conversation, ann, { message: 'early' }))).toBe('rate_limited');
    clock.now += 1;
    expect(await outcome(sendMessage(services, conversation, ann, { message: 'in time' }))).toBe('sent');
    expect(await outcome(sendMessage(services, conversation, ann, { message: 'early' }))).toBe('rate_limited');
    clock.now += 3_600_000;
    const later = Array.from({ length: 25 }, (_, index) =>
      outcome(sendMessage(services, conversation, ann, { message: `later ${index}` })),
    );
    expect((await Promise.all(later)).filter((one) => one === 'sent')).toHaveLength(20);
  },
);

it('a limit of 0 is none, and a repeated send takes no token', async () => {
  const send = (limit: number, clientId: string) =>
    sendMessage(
      { ...services, config: { ...services.config, sends: { count: limit, seconds: 10 } } },
      conversation,
      ann,
      { message: clientId, client_id: clientId },
    );
  clock.now += 60_000;
  const sent = await Promise.all(Array.from({ length: 40 }, (_, index) => outcome(send(0, `free ${index}`))));
  expect(sent.filter((one) => one === 'sent')).toHaveLength(40);
  const repeated = [await send(1, 'once'), await send(1, 'once')];
  expect(new Set(repeated.map(({ seq }) => seq)).size).toBe(1);
  expect(await outcome(send(1, 'twice'))).toBe('rate_limited');
});

it.each(['ann_ben', 'room:hall'])(
  'with a limit of 100 in a second a bot sends 100 at once, 10 more in each tenth of a second after, and no more: %s',
  async (id) => {
    const bot = { ...services, config: { ...services.config, sends: { count: 100, seconds: 1 } } };
    const conversation = parseConversation(id);
    await requireMembership(bot, conversation, ann, { join: true });
    clock.now += 60_000;
    const sendMany = async (count: number) => {
      const sends = Array.from({ length: count }, (_, index) =>
        outcome(sendMessage(bot, conversation, ann, { message: `${index}` })),
      );
      return (await Promise.all(sends)).filter((one) => one === 'sent').length;
    };
    expect(await sendMany(110)).toBe(100);
    for (let tenth = 0; tenth < 3; tenth++) {
      clock.now += 100;
      expect(await sendMany(12)).toBe(10);
    }
  },
);

it('without a limit all of a hundred messages at the same time are stored', async () => {
  const unlimited = { ...services, config: { ...services.config, sends: { count: 0, seconds: 10 } } };
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      outcome(sendMessage(unlimited, conversation, ann, { message: `${index}` })),
    ),
  );
  expect(outcomes).toEqual(Array.from({ length: 100 }, () => 'sent'));
});

it('a user can open 200 conversations at once and one more each 18 seconds, also when many are opened at the same time', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 210 }, () => outcome(assertRate(services, ann.username, 'conversations'))),
  );
  expect(outcomes.filter((one) => one === 'sent')).toHaveLength(200);
  expect(outcomes.filter((one) => one === 'rate_limited')).toHaveLength(10);
  const late = await requireMembership(services, parseConversation('room:late'), ann, { join: true }).catch(
    (error: unknown) => error,
  );
  expect(late).toMatchObject({ code: 'rate_limited', retryAfter: 18 });
  clock.now += 18_000;
  expect(await outcome(requireMembership(services, parseConversation('room:late'), ann, { join: true }))).toBe('sent');
});
