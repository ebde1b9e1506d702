import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ExecutionEnvironment } from '#lambda/execution-environment';
import { type Acquired, createPool, type Pool, type PoolOptions } from '#lambda/pool';

let started: ExecutionEnvironment[] = [];
let pool: Pool;
let isStarting = false;

/** An environment that does nothing: these tests are about how many there are. */
function startEnvironment(): ExecutionEnvironment {
  let alive = true;
  const environment: ExecutionEnvironment = {
    log: () => {},
    get starting() {
      return isStarting;
    },
    run: async () => ({ ok: true, payload: 'null' }),
    get alive() {
      return alive;
    },
    async kill() {
      alive = false;
    },
  };
  started.push(environment);
  return environment;
}

function open(options: Partial<PoolOptions>): void {
  started = [];
  const never = 60_000;
  pool = createPool(startEnvironment, {
    patienceMs: never,
    stuckMs: never,
    idleMs: never,
    lastIdleMs: never,
    ...options,
  });
}

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  await pool.kill();
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

/** @throws Error when the pool was killed */
async function acquire(): Promise<Acquired> {
  const acquired = await pool.acquire();
  if (!acquired) throw new Error('the pool was killed');
  return acquired;
}

const living = () => started.filter(({ alive }) => alive).length;

describe('the environments of a function', () => {
  test('start cold once, and are used again', async () => {
    open({});
    const first = await acquire();
    pool.release(first.environment);
    const second = await acquire();
    expect([first.cold, second.cold, second.environment === first.environment]).toEqual([true, false, true]);
  });

  test('go to the events in their order', async () => {
    open({});
    const { environment } = await acquire();
    const order: number[] = [];
    const events = [1, 2, 3].map(async (number) => {
      const acquired = await acquire();
      order.push(number);
      pool.release(acquired.environment);
    });
    pool.release(environment);
    await Promise.all(events);
    expect([order, started.length]).toEqual([[1, 2, 3], 1]);
  });

  test('become more when an event has waited, up to the usual number', async () => {
    open({ usual: 3, patienceMs: 1 });
    const acquired = Promise.all([acquire(), acquire(), acquire()]);
    await pass(2);
    const all = await acquired;
    const fourth = acquire();
    await pass(20);
    expect(started).toHaveLength(3);
    pool.release(all[0].environment);
    expect(await fourth).toEqual({ environment: all[0].environment, cold: false });
  });

  test('become more than usual only while none gets done, so that functions which wait for one another come to an end', async () => {
    open({ usual: 1, most: 4, stuckMs: 1 });
    const depth = async (level: number): Promise<number> => {
      const { environment } = await acquire();
      const deepest = level === 4 ? 4 : await depth(level + 1);
      pool.release(environment);
      return deepest;
    };
    const deepest = depth(1);
    await pass(3);
    expect(await deepest).toBe(4);
    expect(started).toHaveLength(4);
  });

  test('become no more while one starts: that is progress', async () => {
    open({ usual: 1, stuckMs: 1 });
    isStarting = true;
    await acquire();
    const second = acquire();
    await pass(20);
    expect(started).toHaveLength(1);
    isStarting = false;
    await pass(2);
    expect((await second).environment).toBe(started[1]);
  });

  test('start at once for each event where none may wait', async () => {
    open({ usual: 1, mayWait: () => false });
    expect([(await acquire()).cold, (await acquire()).cold, started.length]).toEqual([true, true, 2]);
  });

  test('are never more than the greatest number', async () => {
    open({ usual: 4, most: 1, patienceMs: 1, stuckMs: 1 });
    const { environment } = await acquire();
    const second = acquire();
    await pass(20);
    expect(started).toHaveLength(1);
    pool.release(environment);
    expect((await second).environment).toBe(environment);
  });

  test('are replaced for a waiting event when they die', async () => {
    open({});
    const { environment } = await acquire();
    const waiting = acquire();
    await environment.kill();
    pool.release(environment);
    expect(await waiting).toEqual({ environment: started[1], cold: true });
  });

  test('end when they were idle for a while, the last one later', async () => {
    open({ usual: 2, patienceMs: 1, idleMs: 5, lastIdleMs: 60 });
    const acquired = Promise.all([acquire(), acquire()]);
    await pass(1);
    const both = await acquired;
    for (const { environment } of both) pool.release(environment);
    await pass(5);
    expect(living()).toBe(1);
    await pass(60);
    expect(living()).toBe(0);
  });

  test('one of which was started before the first event stays', async () => {
    open({ usual: 2, patienceMs: 1, idleMs: 5, lastIdleMs: 5 });
    pool.warm();
    expect(started).toHaveLength(1);
    const acquired = Promise.all([acquire(), acquire()]);
    await pass(1);
    const both = await acquired;
    expect(both.map(({ cold }) => cold)).toEqual([false, true]);
    for (const { environment } of both) pool.release(environment);
    await pass(30);
    expect(living()).toBe(1);
  });

  test('of old code serve the events that wait for them, and then end', async () => {
    open({});
    const { environment } = await acquire();
    const waiting = acquire();
    pool.retire();
    pool.release(environment);
    pool.release((await waiting).environment);
    expect([started.length, living()]).toEqual([1, 0]);
  });

  test('are given to no event after the end', async () => {
    open({});
    await acquire();
    const waiting = pool.acquire();
    await pool.kill();
    expect([await waiting, await pool.acquire(), living()]).toEqual([undefined, undefined, 0]);
  });
});
