import { afterAll, beforeAll, expect, it } from 'vitest';
import { sendMessage } from '#lambdas/chat/send-message';
import { createUser } from '#lambdas/store/user';
import { parseConversation } from '#protocol/names';
import { startDomain } from './engine.ts';

let domain: Awaited<ReturnType<typeof startDomain>>;
beforeAll(async () => {
  domain = await startDomain();
});
afterAll(() => domain.stop());

it('a send waits five seconds for the one before it, also when each look takes long', async () => {
  const { services, clock } = domain;
  const ann = { username: 'ann', name: 'Ann' };
  await createUser(services, ann);
  const began = clock.now;
  const slow = {
    ...services,
    async pause(ms: number) {
      clock.now += ms + 900;
    },
  };
  const sent = sendMessage(slow, parseConversation('ann_ben'), ann, { message: 'b', client_id: 'b', after: 'a' });
  await expect(sent).rejects.toMatchObject({ code: 'conflict', retryAfter: 1 });
  expect(clock.now - began).toBeLessThan(6_000);
});
