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

/** @param limit the maximum number of environments in use */
export function createPool(limit: number, start: () => ExecutionEnvironment): Pool {
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: (() => void)[] = [];
  const terminating = new Set<Promise<void>>();
  let busy = 0;
  let retired = false;
  let killed = false;

  const terminate = (environment: ExecutionEnvironment) => {
    all.delete(environment);
    const ended = environment.kill().finally(() => terminating.delete(ended));
    terminating.add(ended);
  };

  return {
    async acquire() {
      if (busy >= limit && !retired) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy += 1;
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
      for (const next of waiting.splice(0)) next();
      for (const environment of all) terminate(environment);
      await Promise.all(terminating);
    },
  };
}
