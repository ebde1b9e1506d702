import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A run of the engine's program. */
export interface Run {
  readonly pid: number;
  /** Connects to one of its ports. */
  dial(port: number): Promise<Socket>;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** The engine, whichever run it is in. */
export interface Kept {
  /** Of the current run. */
  readonly pid: number;
  /**
   * Connects to one of its ports. While the engine starts again, whoever asks waits.
   * @param afterLoss a connection has just ended in the middle of a request: the engine is probably about to end
   */
  dial(port: number, afterLoss?: boolean): Promise<Socket>;
  /** Resolves with one sentence when the engine has ended and does not start again. */
  readonly died: Promise<string>;
  /** Calls the listener with one sentence after each time that the engine has ended and started again. */
  onRestart(listener: (sentence: string) => void): void;
  stop(): Promise<void>;
}

/** An engine that ends more often than this within a minute would end again. */
const mostRestarts = 10;
const withinMs = 60_000;
/** Whoever has lost a connection waits so long for the news that the engine has ended. */
const newsMs = 200;

/**
 * Starts the engine, and starts it again when it ends although nobody stopped it. What it has acknowledged is on disk. What happens to
 * requests that were under way is decided in engine-connections.ts.
 * @param start each run listens on the same ports
 */
export async function keepRunning(start: () => Promise<Run>): Promise<Kept> {
  let run = await start();
  let current = Promise.resolve(run);
  let stopping = false;
  let ends: number[] = [];
  const listeners: ((sentence: string) => void)[] = [];
  let die = (_sentence: string) => {};
  const died = new Promise<string>((resolve) => {
    die = resolve;
  });

  const restart = async (reason: string): Promise<Run> => {
    const now = performance.now();
    ends = [...ends.filter((end) => end > now - withinMs), now];
    try {
      if (ends.length > mostRestarts) throw new Error(`it did so ${ends.length} times within a minute`);
      run = await start();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      die(`DynamoDB's engine has stopped (${reason}; ${problem}); start again, what was stored is kept`);
      throw error;
    }
    watch(run);
    const sentence = `DynamoDB's engine has stopped (${reason}) and runs again; what was stored is kept`;
    for (const listener of listeners) listener(sentence);
    return run;
  };
  const watch = ({ ended }: Run) => {
    void ended.then((reason) => {
      if (stopping) return;
      current = restart(reason);
      current.catch(() => {});
    });
  };
  watch(run);

  return {
    get pid() {
      return run.pid;
    },
    async dial(port, afterLoss = false) {
      const news = (ended: Promise<unknown>) =>
        Promise.race([ended.then(() => true), pause(newsMs, false, { ref: false })]);
      if (afterLoss) await news(run.ended);
      for (;;) {
        const dialled = await current;
        try {
          return await dialled.dial(port);
        } catch (error) {
          // A run that refuses connections may just be ending.
          if (stopping || !(await news(dialled.ended))) throw error;
        }
      }
    },
    died,
    onRestart: (listener) => void listeners.push(listener),
    async stop() {
      stopping = true;
      await current.catch(() => {});
      await run.stop();
    },
  };
}
