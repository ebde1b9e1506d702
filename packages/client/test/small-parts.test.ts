import { describe, expect, expectTypeOf, it } from 'vitest';
import { backoff } from '../src/backoff.ts';
import { errorFromResponse, toError } from '../src/error-from-response.ts';
import { createHttp } from '../src/http.ts';
import {
  Conflict,
  type ConnectionState,
  type ErrorCode,
  Forbidden,
  Internal,
  ParleyError,
  type Receipt,
} from '../src/index.ts';
import { errorCodes } from '../src/protocol.ts';
import { createReadCursor } from '../src/read-cursor.ts';
import { createReceipts } from '../src/receipts.ts';
import { createTokens } from '../src/tokens.ts';
import { createTypingSender, createTypingUsers } from '../src/typing.ts';
import { fakeClock, fakeMember, fakeMessage, tokenUntil } from './fakes.ts';

describe('errors', () => {
  it('have a class for each code of the closed list, and another code is internal', () => {
    for (const code of errorCodes) {
      const error = toError(code, 'unable', 3);
      expect(error).toMatchObject({ code, message: 'unable', retryAfter: 3 });
      expect(error.constructor).not.toBe(ParleyError);
    }
    expect(toError('of_later', 'unable')).toBeInstanceOf(Internal);
  });

  it('are what the body says, or else what the status means', () => {
    expect(errorFromResponse(400, { error: { code: 'conflict', message: 'unable' } })).toBeInstanceOf(Conflict);
    expect(errorFromResponse(403, { message: 'Forbidden' })).toBeInstanceOf(Forbidden);
    expect(errorFromResponse(502, undefined)).toBeInstanceOf(Internal);
  });

  it('have types that tell them apart', () => {
    expectTypeOf<Forbidden['code']>().toEqualTypeOf<'forbidden'>();
    expectTypeOf<ParleyError['code']>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<Extract<ConnectionState, { status: 'waiting' }>['until']>().toEqualTypeOf<number>();
    expectTypeOf<Receipt>().toEqualTypeOf<'sent' | 'delivered' | 'read'>();
  });
});

it('the bound of a pause doubles up to a minute', () => {
  expect([0, 1, 2, 5, 6, 50].map((attempt) => backoff(attempt, () => 1))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000,
  ]);
  expect(backoff(3, () => 0)).toBe(0);
});

describe('tokens', () => {
  it('are asked for once by many, and again two minutes before they expire', async () => {
    const clock = fakeClock();
    let requests = 0;
    const tokens = createTokens(async () => {
      requests++;
      return tokenUntil(clock.now() / 1000 + 3600);
    }, clock);
    await Promise.all([tokens.get(), tokens.get()]);
    expect(requests).toBe(1);
    await clock.pass(57 * 60_000);
    await tokens.get();
    expect(requests).toBe(1);
    await clock.pass(60_000);
    await tokens.get();
    expect(requests).toBe(2);
  });

  it.each([-1, 0, 1])('are asked for once an hour where the device’s clock is %i hours off', async (off) => {
    const clock = fakeClock();
    const server = () => clock.now() - off * 3_600_000;
    let given = 0;
    const tokens = createTokens(() => {
      given++;
      return tokenUntil((server() + 3_600_000) / 1000);
    }, clock);
    const http = createHttp({
      api: 'https://x/api',
      tokens,
      clock,
      fetch: async () => Response.json({}, { headers: { date: new Date(server()).toUTCString() } }),
    });
    for (let minute = 0; minute < 57; minute++) {
      await http('GET', '/me');
      await clock.pass(60_000);
    }
    expect(given).toBe(1);
    await clock.pass(60_000);
    await http('GET', '/me');
    expect(given).toBe(2);
  });

  it('are asked for with the one that was refused', async () => {
    const given: (string | undefined)[] = [];
    const tokens = createTokens((refused) => {
      given.push(refused);
      return `token ${given.length}`;
    }, fakeClock());
    tokens.refuse(await tokens.get());
    expect(await tokens.get()).toBe('token 2');
    expect(given).toEqual([undefined, 'token 1']);
  });
});

describe('requests', () => {
  function setUp(answer: (number: number, init: RequestInit | undefined) => Promise<Response> | Response) {
    const clock = fakeClock();
    let tokens = 0;
    let requests = 0;
    const http = createHttp({
      api: 'https://x/api',
      tokens: createTokens(() => `token ${++tokens}`, clock),
      fetch: async (_, init) => answer(++requests, init),
      clock,
    });
    return { clock, http, tokens: () => tokens };
  }

  it('are tried once more with a fresh token', async () => {
    const { http, tokens } = setUp((number) =>
      number === 1 ? Response.json({ message: 'Unauthorized' }, { status: 401 }) : Response.json({ username: 'alice' }),
    );
    expect(await http('GET', '/me')).toEqual({ username: 'alice' });
    expect(tokens()).toBe(2);
  });

  it('that do not come through are internal, as are those that nobody answers', async () => {
    const broken = setUp(() => Promise.reject(new TypeError('fetch failed')));
    await expect(broken.http('GET', '/me')).rejects.toBeInstanceOf(Internal);
    const { http, clock } = setUp(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    const asked = http('GET', '/me').catch((error: unknown) => error);
    await clock.pass(30_000);
    expect(await asked).toBeInstanceOf(Internal);
  });
});

describe('typing', () => {
  const typist = () => {
    const clock = fakeClock();
    const told: boolean[] = [];
    const sender = createTypingSender(clock, (types) => told.push(types));
    const type = async (seconds: number) => {
      for (let key = 0; key < seconds * 5; key++) {
        sender.keystroke();
        await clock.pass(200);
      }
    };
    return { ...sender, clock, told, type };
  };

  it('is told once for a message of fifteen seconds, again for a longer one, and not when it ends by a message or by itself', async () => {
    const { clock, told, type, sent, stop } = typist();
    await type(15);
    expect(told).toEqual([true]);
    await type(3);
    expect(told).toEqual([true, true]);
    sent();
    stop();
    expect(told).toEqual([true, true]);
    await type(2);
    await clock.pass(18_000);
    stop();
    expect(told).toEqual([true, true, true]);
  });

  it('is not told at all for a message that is sent within a second', async () => {
    const { clock, told, type, sent } = typist();
    await type(0.8);
    sent();
    await clock.pass(60_000);
    expect(told).toEqual([]);
  });

  it('that ends without a message is taken back', async () => {
    const { told, type, stop } = typist();
    await type(2);
    stop();
    stop();
    await type(2);
    expect(told).toEqual([true, false, true]);
  });

  it('of others is forgotten by itself', async () => {
    const clock = fakeClock();
    const changed: string[] = [];
    const typing = createTypingUsers(clock, (conversation) => changed.push(conversation));
    typing.apply('c', 'bob', true);
    await clock.pass(14_000);
    typing.apply('c', 'bob', true);
    await clock.pass(14_000);
    expect(typing.of('c')).toEqual(['bob']);
    expect(typing.of('d')).toEqual([]);
    await clock.pass(4_000);
    expect(typing.of('c')).toEqual([]);
    expect(changed).toEqual(['c', 'c']);
  });
});

describe('a read cursor', () => {
  it('is told once for many moves, until the server knows', async () => {
    const clock = fakeClock();
    const told: number[] = [];
    const cursor = createReadCursor({
      clock,
      random: () => 0.5,
      start: 3,
      onChange: () => {},
      async send(upTo) {
        told.push(upTo);
        if (told.length === 1) throw new Internal('internal', 'unable');
      },
    });
    for (const seq of [4, 5, 9, 6]) cursor.move(seq);
    expect(cursor.upTo).toBe(9);
    await clock.pass(60_000);
    expect(told).toEqual([9, 9]);
  });

  it('is not told what another device has told', async () => {
    const clock = fakeClock();
    const told: number[] = [];
    const cursor = createReadCursor({
      clock,
      random: () => 0.5,
      start: 0,
      onChange: () => {},
      send: async (upTo) => told.push(upTo),
    });
    cursor.move(4);
    cursor.confirm(5);
    await clock.pass(60_000);
    expect(told).toEqual([]);
    expect(cursor.upTo).toBe(5);
  });
});

describe('a read cursor that the server does not have', () => {
  it('is told again', async () => {
    const clock = fakeClock();
    const told: number[] = [];
    const cursor = createReadCursor({
      clock,
      random: () => 0.5,
      start: 0,
      onChange: () => {},
      send: async (upTo) => told.push(upTo),
    });
    cursor.move(4);
    await clock.pass(60_000);
    cursor.stored(3);
    await clock.pass(60_000);
    cursor.stored(4);
    await clock.pass(60_000);
    expect([told, cursor.upTo]).toEqual([[4, 4], 4]);
  });
});

describe('receipts', () => {
  const message = fakeMessage(5);

  it('follow from what was loaded and what is told, and never go back', () => {
    const receipts = createReceipts();
    receipts.load([fakeMember('alice', { read_seq: 5 }), fakeMember('bob')]);
    expect(receipts.of(message)).toBe('sent');
    receipts.apply({ type: 'message_delivered', conversation: 'c', seq: 6, to: ['bob'] });
    expect(receipts.of(message)).toBe('delivered');
    receipts.apply({ type: 'messages_read', conversation: 'c', user: 'bob', up_to: 5 });
    expect(receipts.of(message)).toBe('read');
    receipts.load([fakeMember('bob')]);
    expect(receipts.of(message)).toBe('read');
  });

  it('are the least of all others’', () => {
    const receipts = createReceipts();
    receipts.load([fakeMember('bob', { read_seq: 5 }), fakeMember('carol', { delivered_until: message.date_added })]);
    expect([receipts.of(message, 'bob'), receipts.of(message, 'carol'), receipts.of(message)]).toEqual([
      'read',
      'delivered',
      'delivered',
    ]);
  });
});
