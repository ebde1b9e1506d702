/** What one user can do at most. Source: docs/security.md, "Limits of one user". */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { share } from '#lambdas/chat/user-limits';
import { limits, rates } from '#protocol/limits';
import { type Chat, startChat } from '../support/chat.ts';
import { named } from '../support/person.ts';
import type { Event } from '../support/socket.ts';

let chat: Chat;
beforeAll(async () => {
  chat = await startChat();
});
afterAll(() => chat.stop());

/** Environments of a function that the local runtime opens at once, at most. */
const environments = 14;

it('of twenty-one sockets the oldest is told why and closed, and the others stay', async () => {
  const [alice, bob] = await chat.people('alice1', 'bob1');
  const conversation = named(alice, bob);
  const sockets = [];
  for (let count = 0; count < limits.connectionsPerUser; count++) sockets.push(await alice.everything());
  const [oldest, ...others] = sockets;
  const newest = await alice.everything();
  expect(await oldest?.next('error')).toMatchObject({
    code: 'conflict',
    message: 'unable to go on; you have 20 newer connections: close some of them first',
  });
  await oldest?.closed();
  await bob.post(`/conversations/${conversation}/messages`, { message: 'All of you?' });
  for (const socket of [...others, newest]) expect(await socket.next('chat_message')).toMatchObject({ conversation });
});

it('of three hundred signs of typing at once the others get no more than the limit, and the rest is refused', async () => {
  const [alice, bob] = await chat.people('alice2', 'bob2');
  const conversation = named(alice, bob);
  const at = await alice.everything();
  const bt = await bob.everything();
  for (let count = 0; count < 300; count++) at.send({ type: 'typing', conversation, typing: true });
  const refused = await at.next('error');
  expect(refused).toMatchObject({ code: 'rate_limited', retry_after: expect.any(Number) });
  expect(refused.message).toMatch(
    /^unable to show that you type; at most 120 signs of typing in 300 seconds: try again/,
  );
  await chat.settled();
  const typed = bt.received.filter(({ type }: Event) => type === 'typing').length;
  expect(typed).toBeLessThanOrEqual(rates.typing.count + environments * Math.ceil(rates.typing.count / share));
  expect(typed).toBeLessThan(300);
});

it('of sixty-five changes of a title at once exactly as many are made as the limit allows', async () => {
  const [alice] = await chat.people('alice3');
  const { body: group } = await alice.post('/conversations', { title: 'First', members: [] });
  const answers = await Promise.all(
    Array.from({ length: rates.groups.count + 5 }, (_, count) =>
      alice.request('PATCH', `/conversations/${group.id}`, { title: `Title ${count}` }),
    ),
  );
  const done = answers.filter(({ status }) => status === 200).length;
  // One was for the group, and some come back while this runs.
  expect(done).toBeGreaterThanOrEqual(rates.groups.count - 1);
  expect(done).toBeLessThanOrEqual(rates.groups.count + 3);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body.error).toMatchObject({
    code: 'rate_limited',
    message: expect.stringMatching(
      /^unable to change group:.*; at most 60 changes of groups and settings in 600 seconds: try again/,
    ),
    retry_after: expect.any(Number),
  });
});

it.each(['direct', 'room'])(
  'frames that are sent at once and name the one before get their numbers in this order: %s',
  async (kind) => {
    const [alice, bob] = await chat.people(`alice5-${kind}`, `bob5-${kind}`);
    const conversation = kind === 'room' ? `room:order-${chat.run}` : named(alice, bob);
    const socket = await alice.enter(conversation);
    const frame = (number: number) => ({
      type: 'create',
      conversation,
      message: `${number}`,
      client_id: `m${number}`,
      after: number === 0 ? undefined : `m${number - 1}`,
    });
    // Sent from the last to the first, so that nothing but `after` can have ordered them.
    for (let number = 7; number >= 0; number--) socket.send(frame(number));
    for (const stored = new Set(); stored.size < 8; ) {
      const event = await socket.next();
      if (event.type === 'chat_message' && event.client_id) stored.add(event.client_id);
      // On a slow machine some wait in vain, and are sent again.
      if (event.type === 'error') socket.send(frame(Number(event.client_id.slice(1))));
    }
    const { body } = await alice.get(`/conversations/${conversation}/messages?after=0`);
    const texts = body.results.filter((one: Event) => /^\d+$/.test(one.message));
    expect(texts.map((one: Event) => one.message)).toEqual(Array.from({ length: 8 }, (_, number) => `${number}`));
  },
);

it('a frame after one that never comes is refused, and works once that one has come', async () => {
  const [alice, bob] = await chat.people('alice6', 'bob6');
  const conversation = named(alice, bob);
  const socket = await alice.enter(conversation);
  const second = { type: 'create', conversation, message: 'second', client_id: 'b', after: 'a' };
  expect(await socket.ask(second, 'error')).toMatchObject({
    code: 'conflict',
    client_id: 'b',
    message: expect.stringMatching(/^unable to send the message; the message before it, with the client_id "a"/),
    retry_after: 1,
  });
  await socket.ask({ ...second, message: 'first', client_id: 'a', after: undefined }, 'chat_message');
  expect(await socket.ask(second, 'chat_message')).toMatchObject({ seq: 2 });
  // A repeat waits for nothing.
  expect(await socket.ask({ ...second, after: 'never' }, 'chat_message')).toMatchObject({ seq: 2 });
});

// It leaves a function with much to do, so it comes last.
it('a socket whose user sends frames without end is told why and closed', async () => {
  const [alice] = await chat.people('alice4');
  const socket = await alice.everything();
  const closed = socket.closed();
  const send = (count: number) => {
    for (let sent = 0; sent < count; sent++) socket.send({ type: 'ping' });
  };
  send(rates.frames.count);
  const flood = setInterval(() => send(20), 100);
  await closed;
  clearInterval(flood);
  const last = socket.received.findLast(({ type }: Event) => type === 'error');
  expect(last).toMatchObject({ code: 'rate_limited', message: expect.stringContaining('at most 300 frames in 120') });
});
