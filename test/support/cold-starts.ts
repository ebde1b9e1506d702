import type { LocalRuntime } from '@parley/local';
import { untilIdle } from './until-idle.ts';

export interface ColdStart {
  /** Logical id. */
  readonly functionId: string;
  /** ms from the start of the thread until the handler is loaded, each time. */
  readonly times: readonly number[];
}

/** Starts every function `count` times, one after the other. */
export async function measureColdStarts(runtime: LocalRuntime, count: number): Promise<ColdStart[]> {
  const starts = [];
  for (const { logicalId: functionId } of runtime.stack.functions) {
    const times: number[] = [];
    while (times.length < count) {
      await untilIdle(runtime);
      startCold(runtime);
      runtime.counters.reset();
      // The function may fail on the empty event. It is loaded before.
      await runtime.functions.invoke(functionId, {});
      const loaded = Object.entries(runtime.counters.snapshot()).find(([name]) => name.startsWith('lambda.init-ms:'));
      times.push(loaded?.[1] ?? Number.NaN);
    }
    starts.push({ functionId, times });
  }
  return starts;
}

/** Removes all functions from the runtime and adds them again, so that the next event of each is a cold start. */
export function startCold({ functions, stack }: Pick<LocalRuntime, 'functions' | 'stack'>): void {
  functions.replace({ ...stack, find: () => undefined });
  functions.replace(stack);
}
