import { setTimeout as wait } from 'node:timers/promises';

/** Calls it again until it does not throw. After `deadline` milliseconds it throws the last error. */
export async function eventually<T>(attempt: () => T | Promise<T>, deadline = 10_000): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await wait(10);
    }
  }
}
