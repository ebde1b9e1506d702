import type { ExecutionEnvironment } from './execution-environment.ts';

/** The execution environments of one function: used again while they live, bounded in number, the rest waits its turn. */
export interface Pool {
  /** Resolves with an environment of one's own, `cold` when it was started for this; with nothing once the pool is killed. */
  take(): Promise<{ environment: ExecutionEnvironment; cold: boolean } | undefined>;
  /** Gives it back; a dead one is forgotten. */
  give(environment: ExecutionEnvironment): void;
  /** Ends what is idle now and the rest when it is given back. */
  retire(): void;
  /** Ends everything at once, and resolves when all threads are gone. */
  kill(): Promise<void>;
}

/** @param limit how many at once */
export function createPool(limit: number, start: () => ExecutionEnvironment): Pool {
  const all = new Set<ExecutionEnvironment>();
  const idle: ExecutionEnvironment[] = [];
  const waiting: (() => void)[] = [];
  const ending = new Set<Promise<void>>();
  let busy = 0;
  let retired = false;
  let killed = false;

  const end = (environment: ExecutionEnvironment) => {
    all.delete(environment);
    const ended = environment.kill().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  return {
    async take() {
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
    give(environment) {
      if (retired || !environment.alive) end(environment);
      else idle.push(environment);
      // Whoever waits takes over the place, so `busy` stays.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    },
    retire() {
      retired = true;
      for (const environment of idle.splice(0)) end(environment);
    },
    async kill() {
      retired = true;
      killed = true;
      for (const next of waiting.splice(0)) next();
      for (const environment of all) end(environment);
      await Promise.all(ending);
    },
  };
}
