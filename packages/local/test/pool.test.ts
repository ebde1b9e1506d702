import { availableParallelism } from 'node:os';
import { expect, test, vi } from 'vitest';
import type { ExecutionEnvironment } from '#lambda/execution-environment';
import { createPool } from '#lambda/pool';

const atOnce = Math.max(4, availableParallelism());

function environments(starting = () => false) {
  const started: ExecutionEnvironment[] = [];
  return {
    started,
    start() {
      const environment: ExecutionEnvironment = {
        log: () => {},
        run: async () => ({ ok: true, payload: 'null' }),
        alive: true,
        get starting() {
          return starting();
        },
        kill: async () => {},
      };
      started.push(environment);
      return environment;
    },
  };
}

/** Acquires so many at the same time, and says how many have one by now. */
function acquireMany(pool: ReturnType<typeof createPool>, count: number) {
  const acquired: ExecutionEnvironment[] = [];
  for (let at = 0; at < count; at++) {
    void pool.acquire().then((got) => {
      if (got) acquired.push(got.environment);
    });
  }
  return acquired;
}

test('calls beyond the number at once wait for a busy environment instead of a new one', async () => {
  const { started, start } = environments();
  const pool = createPool(atOnce + 8, start);
  const acquired = acquireMany(pool, atOnce + 2);
  await expect.poll(() => acquired.length).toBe(atOnce);
  for (const environment of acquired.slice(0, 2)) pool.release(environment);
  await expect.poll(() => acquired.length).toBe(atOnce + 2);
  expect(started).toHaveLength(atOnce);
  await pool.kill();
});

test('when no environment makes progress, others are started one by one, up to the limit', async () => {
  const { started, start } = environments();
  const pool = createPool(atOnce + 2, start);
  const acquired = acquireMany(pool, atOnce + 3);
  await expect.poll(() => acquired.length, { timeout: 3_000 }).toBe(atOnce + 2);
  expect(started).toHaveLength(atOnce + 2);
  await pool.kill();
});

test('an environment that is starting is progress', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    let isStarting = true;
    const { started, start } = environments(() => isStarting);
    const pool = createPool(atOnce + 1, start);
    acquireMany(pool, atOnce + 1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toHaveLength(atOnce);
    isStarting = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toHaveLength(atOnce + 1);
    await pool.kill();
  } finally {
    vi.useRealTimers();
  }
});

test('calls that must not wait get a new environment each', async () => {
  const { started, start } = environments();
  const pool = createPool(atOnce + 8, start, () => false);
  const acquired = acquireMany(pool, atOnce + 3);
  await expect.poll(() => acquired.length).toBe(atOnce + 3);
  expect(started).toHaveLength(atOnce + 3);
  await pool.kill();
});
