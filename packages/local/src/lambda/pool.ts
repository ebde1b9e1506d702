import { availableParallelism } from 'node:os';
import type { ExecutionEnvironment } from './execution-environment.ts';

/** An environment for one event. `cold` says whether it was started for it. */
export interface Acquired {
  readonly environment: ExecutionEnvironment;
  readonly cold: boolean;
}

/** The execution environments of one function. Idle ones are reused, and end after a while. */
export interface Pool {
  /** Waits for an environment, which the caller must release. Events get them in their order. Resolves with undefined after `kill`. */
  acquire(): Promise<Acquired | undefined>;
  release(environment: ExecutionEnvironment): void;
  /** Starts an environment before the first event. From now on one always stays. */
  warm(): void;
  /** `warm` was called. */
  readonly staysWarm: boolean;
  /** Ends idle environments now, and the others when no event waits for them. */
  retire(): void;
  /** Ends all environments and resolves when their threads have ended. */
  kill(): Promise<void>;
}

export interface PoolOptions {
  /** So many environments run when there is enough to do. */
  readonly usual: number;
  /** So many run at most, when those before do not get done. */
  readonly most: number;
  /** An event waits so long for a running environment, because to start one takes longer than most events do. */
  readonly patienceMs: number;
  /** If none has started or finished an event for so long while one waits, another may run although the usual number does. */
  readonly stuckMs: number;
  /** Idle environments end after this time; the last one stays longer. */
  readonly idleMs: number;
  readonly lastIdleMs: number;
  /** Whether an event waits for a running environment at all. On AWS it never does. */
  readonly mayWait: () => boolean;
}

/**
 * An environment is a thread with a heap of its own: about 20 MB. More of them than the machine has cores only take memory and time from
 * one another. But a function may wait for something slow, or for an event of its own that waits here, so there can be more if need be.
 */
export const poolDefaults: PoolOptions = {
  usual: Math.min(Math.max(2, availableParallelism()), 4),
  most: 16,
  patienceMs: 10,
  stuckMs: 100,
  idleMs: 10_000,
  lastIdleMs: 300_000,
  mayWait: () => true,
};

export function createPool(start: () => ExecutionEnvironment, options: Partial<PoolOptions> = {}): Pool {
  const { usual, most, patienceMs, stuckMs, idleMs, lastIdleMs, mayWait } = { ...poolDefaults, ...options };
  const all = new Set<ExecutionEnvironment>();
  /** The one that was used last is at the end. */
  let idle: { readonly environment: ExecutionEnvironment; readonly since: number }[] = [];
  const waiting: ((acquired: Acquired | undefined) => void)[] = [];
  const terminating = new Set<Promise<void>>();
  let finished = 0;
  let growing: NodeJS.Timeout | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  let staysWarm = false;
  let retired = false;
  let killed = false;

  const begin = (): ExecutionEnvironment => {
    const environment = start();
    all.add(environment);
    return environment;
  };
  const terminate = (environment: ExecutionEnvironment) => {
    all.delete(environment);
    const ended = environment.kill().finally(() => terminating.delete(ended));
    terminating.add(ended);
  };
  const keep = (environment: ExecutionEnvironment) => {
    idle.push({ environment, since: performance.now() });
    sweepLater();
  };
  /** Starts another environment for the event that waits longest. */
  const grow = () => waiting.shift()?.({ environment: begin(), cold: true });

  const growLater = () => {
    if (growing !== undefined || waiting.length === 0 || all.size >= most) return;
    const finishedBefore = finished;
    growing = setTimeout(
      () => {
        growing = undefined;
        const isStuck = finished === finishedBefore && ![...all].some(({ starting }) => starting);
        if (all.size < usual || (all.size < most && isStuck)) grow();
        growLater();
      },
      all.size < usual ? patienceMs : stuckMs,
    );
  };

  const sweepLater = () => {
    if (sweeping !== undefined || idle.length === 0) return;
    sweeping = setTimeout(() => {
      sweeping = undefined;
      const now = performance.now();
      const last = idle.at(-1);
      const isOver = (one: (typeof idle)[number]) =>
        now - one.since >= (one !== last || all.size > idle.length ? idleMs : staysWarm ? Infinity : lastIdleMs);
      const over = idle.filter(isOver);
      idle = idle.filter((one) => !over.includes(one));
      for (const { environment } of over) terminate(environment);
      sweepLater();
    }, idleMs);
    sweeping.unref();
  };

  return {
    async acquire() {
      if (killed) return undefined;
      for (let warm = idle.pop(); warm; warm = idle.pop()) {
        if (warm.environment.alive) return { environment: warm.environment, cold: false };
        all.delete(warm.environment);
      }
      if (all.size === 0 || retired || (!mayWait() && all.size < most)) return { environment: begin(), cold: true };
      return new Promise((resolve) => {
        waiting.push(resolve);
        growLater();
      });
    },
    release(environment) {
      finished += 1;
      if (!environment.alive) {
        terminate(environment);
        if (!killed) grow();
        return;
      }
      const next = waiting.shift();
      if (next) next({ environment, cold: false });
      else if (retired) terminate(environment);
      else keep(environment);
    },
    warm() {
      staysWarm = true;
      if (all.size === 0 && !retired) keep(begin());
    },
    get staysWarm() {
      return staysWarm;
    },
    retire() {
      retired = true;
      for (const { environment } of idle.splice(0)) terminate(environment);
    },
    async kill() {
      retired = true;
      killed = true;
      clearTimeout(growing);
      clearTimeout(sweeping);
      for (const next of waiting.splice(0)) next(undefined);
      for (const environment of all) terminate(environment);
      await Promise.all(terminating);
    },
  };
}
