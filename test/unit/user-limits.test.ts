import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assertRate, owe, share } from '#lambdas/chat/user-limits';
import type { Services } from '#lambdas/runtime/services';
import { frameRates } from '#lambdas/socket/frames';
import { addConnection } from '#lambdas/store/connection';
import { overfull, spentAfter, tokenWaitMs } from '#lambdas/store/token-bucket';
import { createUser } from '#lambdas/store/user';
import { ChatError } from '#protocol/errors';
import { type RateKind, rates } from '#protocol/limits';
import { operations } from '#protocol/operations';
import { startDomain } from './engine.ts';

let services: Services;
let clock: { now: number };
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ services, clock, stop } = await startDomain());
});
afterAll(() => stop());

/** Another environment of the function: it shares the table and remembers nothing. */
const environment = (): Services => ({ ...services, table: { ...services.table } });

/** How many of so many uses at the same moment are allowed, in these environments in turn. */
async function allowed(environments: readonly Services[], username: string, kind: RateKind, uses: number) {
  const outcomes = await Promise.all(
    Array.from({ length: uses }, async (_, index) => {
      try {
        await assertRate(environments[index % environments.length] ?? services, username, kind);
        return 1;
      } catch (error) {
        if (error instanceof ChatError && error.code === 'rate_limited') return 0;
        throw error;
      }
    }),
  );
  return outcomes.reduce<number>((sum, one) => sum + one, 0);
}

it.each(['groups', 'forms', 'people', 'sessions', 'clearing'] as const)(
  'an exact limit gives the tokens that there are, in however many environments: %s',
  async (kind) => {
    const { count, seconds } = rates[kind];
    const environments = Array.from({ length: 8 }, environment);
    expect(await allowed(environments, 'ann', kind, count + 30)).toBe(count);
    clock.now += (seconds * 1_000) / count;
    expect(await allowed(environments, 'ann', kind, 5)).toBe(1);
    expect(await allowed(environments, 'ben', kind, 5)).toBe(5);
  },
);

it.each(['typing', 'receipts', 'search'] as const)(
  'what only reads or posts gets no more than its rate and a tenth for each environment: %s',
  async (kind) => {
    const { count } = rates[kind];
    const environments = Array.from({ length: 5 }, environment);
    const own = Math.ceil(count / share) * environments.length;
    const given = await allowed(environments, 'ann', kind, 2 * count + own);
    expect(given).toBeLessThanOrEqual(count + own);
    expect(given).toBeGreaterThanOrEqual(own);
  },
);

it('uses up to a tenth of a rate write nothing', async () => {
  let calls = 0;
  const client = new Proxy(services.table.client, {
    get(target, name, receiver) {
      if (name === 'send') calls++;
      return Reflect.get(target, name, receiver);
    },
  });
  const counting = { ...services, table: { ...services.table, client } };
  for (let use = 0; use < rates.history.count / share; use++) await assertRate(counting, 'eve', 'history');
  expect(calls).toBe(0);
  await assertRate(counting, 'eve', 'history');
  expect(calls).toBe(1);
  for (let use = 1; use < rates.history.count / share; use++) await assertRate(counting, 'eve', 'history');
  expect(calls).toBe(1);
});

it('a use that has cost more is paid by the next one', async () => {
  const one = environment();
  await assertRate(one, 'dan', 'search');
  owe(one, 'dan', 'search', rates.search.count);
  await assertRate(one, 'dan', 'search');
  await expect(allowed([one], 'dan', 'search', 10)).resolves.toBeLessThanOrEqual(rates.search.count / share);
});

it('opening connections is limited in the write that stores them, also after a long pause', async () => {
  const user = { username: 'cat', name: 'Cat', issuer: 'https://issuer.example', sub: '1' };
  await createUser(services, user);
  const { count } = rates.connects;
  let id = 0;
  const open = async () => {
    const openedAt = clock.now;
    const connection = {
      username: 'cat',
      id: `c${++id}`,
      scope: { kind: 'user' },
      openedAt,
      expires: openedAt,
    } as const;
    const outcome = await addConnection(services, user, connection, openedAt);
    if (outcome?.added) return 'added';
    return outcome && outcome.waitMs > 0 ? 'limited' : 'refused';
  };
  for (const pauseMs of [0, 40 * 86_400_000]) {
    clock.now += pauseMs;
    const outcomes: string[] = [];
    for (let times = 0; times < count + 3; times++) outcomes.push(await open());
    expect(outcomes.filter((one) => one === 'added').length - count).toBeLessThanOrEqual(1);
    expect(outcomes.at(-1)).toBe('limited');
  }
});

it('a bucket never gives more than its tokens and those that have come back', () => {
  fc.assert(
    fc.property(
      fc.record({ count: fc.integer({ min: 1, max: 50 }), seconds: fc.integer({ min: 1, max: 100 }) }),
      fc.array(fc.record({ pause: fc.integer({ min: 0, max: 20_000 }), tokens: fc.integer({ min: 1, max: 5 }) })),
      (rate, uses) => {
        let now = 1_700_000_000_000;
        const start = now;
        let spentUntil: number | undefined;
        let taken = 0;
        for (const { pause, tokens } of uses) {
          now += pause;
          if (tokenWaitMs(rate, spentUntil, now, tokens) > 0) continue;
          spentUntil = spentAfter(rate, spentUntil, now, tokens);
          expect(overfull(rate, spentUntil, now)).toBeUndefined();
          taken += tokens;
        }
        expect(taken).toBeLessThanOrEqual(rate.count + ((now - start) * rate.count) / (rate.seconds * 1_000) + 0.01);
      },
    ),
  );
});

it('a frame takes tokens of the same limit as its operation over HTTP', () => {
  for (const operation of Object.values(operations)) {
    if ('frame' in operation) {
      expect('rate' in operation ? operation.rate : undefined, operation.task).toBe(frameRates[operation.frame]);
    }
  }
});

it('every operation over HTTP has a limit of its own, except for those that read one thing', () => {
  const without = Object.entries(operations)
    .filter(([, operation]) => 'routes' in operation && !('rate' in operation))
    .map(([name]) => name);
  // The `devices` limit counts only registrations that write.
  const writers = ['registerDevice', 'registerToken', 'forgetDevice'];
  // An account is deleted once, and an archive begins once in `exportIntervalSeconds`.
  const jobs = ['deleteMe', 'getDeletion', 'beginExport', 'getExport'];
  expect(without.sort()).toEqual(
    ['getAttachment', 'getMe', 'getPushSettings', 'getUser', 'listDevices', ...writers, ...jobs].sort(),
  );
});
