import { describe, expect, it } from 'vitest';
import type { Frame } from '../src/connection.ts';
import { toError } from '../src/error-from-response.ts';
import type { OutboxItem } from '../src/outbox.ts';
import type { ConversationView } from '../src/protocol.ts';
import { createSocketRequests } from '../src/socket-requests.ts';
import { createTokens } from '../src/tokens.ts';
import { fakeClock, fakeEvent, tokenUntil } from './fakes.ts';

const hour = 3_600_000;

function setUp(views: readonly ConversationView[] = []) {
  const clock = fakeClock();
  const world = { open: true, replaced: 0 };
  const sent: Frame[] = [];
  const failedReads: [string, number][] = [];
  const requests = createSocketRequests({
    clock,
    toError,
    tokens: createTokens(() => tokenUntil((clock.now() + hour) / 1_000), clock),
    send(frame) {
      if (world.open) sent.push(frame);
      return world.open;
    },
    unread: 0,
    views: () => views,
    isWhole: () => true,
    replace: () => {
      world.replaced++;
    },
    onReadFailed: (conversation, upTo) => failedReads.push([conversation, upTo]),
  });
  return { clock, world, sent, failedReads, requests };
}

const item = (message: string): OutboxItem => ({
  client_id: 'one',
  conversation: 'alice_bob',
  order: 1,
  action: { type: 'create', message },
  createdAt: 0,
});

describe('a message over the socket', () => {
  it('is stored when its event comes back', async () => {
    const { sent, requests } = setUp();
    const stored = requests.create(item('Hello'));
    expect(sent).toEqual([{ type: 'create', conversation: 'alice_bob', message: 'Hello', client_id: 'one' }]);
    requests.apply(fakeEvent(6, { client_id: 'another' }));
    requests.apply(fakeEvent(7, { client_id: 'one' }));
    expect(await stored).toMatchObject({ seq: 7 });
  });

  it('is refused with the error that names it', async () => {
    const { requests } = setUp();
    const stored = requests.create(item('Hello'));
    requests.apply({ type: 'error', code: 'rate_limited', message: 'unable', client_id: 'one', retry_after: 3 });
    await expect(stored).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 3 });
  });

  it('can be sent again when nothing answers, or the function has failed', async () => {
    const { clock, requests } = setUp();
    const silent = expect(requests.create(item('Hello'))).rejects.toMatchObject({ code: 'internal' });
    await clock.pass(8_000);
    await silent;
    const failed = expect(requests.create(item('Hello'))).rejects.toMatchObject({ code: 'internal' });
    requests.onFault();
    await failed;
  });

  it('goes over HTTP without a socket, when it is long, and when it is none', () => {
    const { world, sent, requests } = setUp();
    expect(requests.create(item('x'.repeat(10_000)))).toBeUndefined();
    expect(requests.create({ ...item(''), action: { type: 'delete', seq: 1 } })).toBeUndefined();
    world.open = false;
    expect(requests.create(item('Hello'))).toBeUndefined();
    expect(requests.read('alice_bob', 1)).toBe(false);
    expect(sent).toEqual([]);
  });
});

describe('how far the user has read', () => {
  it('is told without an answer, and once more over HTTP when a frame has failed just then', async () => {
    const { clock, sent, failedReads, requests } = setUp();
    expect(requests.read('alice_bob', 4)).toBe(true);
    expect(sent).toEqual([{ type: 'read_messages', conversation: 'alice_bob', up_to: 4, quiet: true }]);
    await clock.pass(8_000);
    requests.onFault();
    expect(failedReads).toEqual([]);
    requests.read('alice_bob', 5);
    requests.apply({ type: 'error', code: 'internal', message: 'unable' });
    requests.onFault();
    expect(failedReads).toEqual([['alice_bob', 5]]);
  });

  it('goes over HTTP when it is not all, because what is left is counted behind the answer', () => {
    const view = { id: 'alice_bob', last_message: { seq: 9 } } as ConversationView;
    const { sent, requests } = setUp([view]);
    expect(requests.read('alice_bob', 8)).toBe(false);
    expect(sent).toEqual([]);
    expect(requests.read('alice_bob', 9)).toBe(true);
  });
});

describe('a token', () => {
  it('is renewed over the open socket two minutes before it expires, each time', async () => {
    const { clock, world, sent, requests } = setUp();
    requests.onLive();
    await clock.pass(57.9 * 60_000);
    expect(sent).toEqual([]);
    for (const count of [1, 2]) {
      await clock.pass(6_000);
      expect(sent).toHaveLength(count);
      requests.apply({ type: 'token_renewed', expires: new Date(clock.now() + hour).toISOString() });
      await clock.pass(57.9 * 60_000);
    }
    expect(sent).toEqual([expect.objectContaining({ type: 'renew_token' }), expect.anything()]);
    expect(world.replaced).toBe(0);
  });

  it('comes with another socket where an older server does not know the frame', async () => {
    const { clock, world, requests } = setUp();
    requests.onLive();
    await clock.pass(58 * 60_000);
    requests.apply({ type: 'error', code: 'invalid_frame', message: 'unable to read the frame; its type is unknown' });
    await clock.pass(8_000);
    expect(world.replaced).toBe(1);
  });
});
