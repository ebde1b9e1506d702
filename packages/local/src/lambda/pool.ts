import { availableParallelism } from 'node:os';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** The execution environments of one function. Idle ones are reused. */
export interface Pool {
  /**
   * Waits for a free environment, which the caller must release. `cold` says whether it was started for this call. Resolves with undefined
   * after `kill`.
   */
  acquire(): Promise<{ environment: ExecutionEnvironment; cold: boolean } | undefined>;
  release(environment: ExecutionEnvironment): void;
  /** Ends idle environments now, and the others when they are released. */
  retire(): void;
  /** Ends all environments and resolves when their threads have ended. */
  kill(): Promise<void>;
}

/**
 * How many environments of a function are in use before a call waits for one of them. Each of them compiles the same code and needs memory,
 * so many more than there are processors make everything slower: sixteen on two processors took twice the CPU of four for the same messages.
 */
const atOnce = Math.max(4, availableParallelism());
/** Milliseconds without any progress after which another environment is started all the same: the others may wait for something. */
const patienceMs = 100;

/**
 * @param limit the maximum number of environments in use
 * @param mayWait whether a call waits for one of `atOnce` environments before another is started
 */
export function createPool(limit: number, start: () => ExecutionEnvironment, mayWait = () => true): Pool {
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: (() => void)[] = [];
  const terminating = new Set<Promise<void>>();
  let busy = 0;
  let retired = false;
  let killed = false;
  let released = 0;
  let watching: NodeJS.Timeout | undefined;

  const terminate = (environment: ExecutionEnvironment) => {
    all.delete(environment);
    const ended = environment.kill().finally(() => terminating.delete(ended));
    terminating.add(ended);
  };
  const isFull = () => !retired && busy >= (mayWait() ? Math.min(limit, atOnce) : limit);

  /** Starts another environment when the busy ones neither end nor start. */
  const watch = () => {
    if (watching || busy >= limit) return;
    const before = released;
    watching = setTimeout(() => {
      watching = undefined;
      if (waiting.length === 0) return;
      const isStuck = released === before && ![...all].some((environment) => environment.starting);
      if (isStuck && busy < limit) {
        busy += 1;
        waiting.shift()?.();
      }
      if (waiting.length > 0) watch();
    }, patienceMs);
  };

  return {
    async acquire() {
      if (isFull()) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          watch();
        });
      } else busy += 1;
      if (killed) return undefined;
      for (let warm = idle.pop(); warm; warm = idle.pop()) {
        if (warm.alive) return { environment: warm, cold: false };
        all.delete(warm);
      }
      const environment = start();
      all.add(environment);
      return { environment, cold: true };
    },
    release(environment) {
      released += 1;
      if (retired || !environment.alive) terminate(environment);
      else idle.push(environment);
      // The next waiter takes this slot, so `busy` stays the same.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    },
    retire() {
      retired = true;
      for (const environment of idle.splice(0)) terminate(environment);
    },
    async kill() {
      retired = true;
      killed = true;
      clearTimeout(watching);
      for (const next of waiting.splice(0)) next();
      for (const environment of all) terminate(environment);
      await Promise.all(terminating);
    },
  };
}
