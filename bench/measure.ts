import type { LocalRuntime } from '@parley/local';
import { untilIdle } from '#test/support/until-idle';

/** The counts and the time of one run of an operation. */
export interface Sample {
  /** The runtime's counters, reset before the run. */
  readonly counts: Readonly<Record<string, number>>;
  /** ms until the client had the answer. */
  readonly ms: number;
}

/** An operation that was run several times. */
export interface Measured {
  readonly name: string;
  /** Frames and HTTP requests of the client in each run. API Gateway charges for these and for posts. */
  readonly asks: { readonly frames?: number; readonly requests?: number };
  readonly samples: readonly Sample[];
}

export interface Operation extends Pick<Measured, 'name' | 'asks'> {
  /** Runs the operation, and resolves when the client has the answer. Later effects are counted too. */
  readonly run: (time: number) => Promise<unknown>;
  /** Prepares a run. Not counted. */
  readonly prepare?: (time: number) => Promise<unknown>;
}

/** Runs the operation once to warm up and then `times` times, one after the other. */
export async function measure(runtime: LocalRuntime, operation: Operation, times: number): Promise<Measured> {
  const { name, asks, run, prepare } = operation;
  const samples: Sample[] = [];
  for (let time = 0; time <= times; time++) {
    await prepare?.(time);
    await untilIdle(runtime);
    runtime.counters.reset();
    const began = performance.now();
    await run(time);
    const ms = performance.now() - began;
    await untilIdle(runtime);
    if (time > 0) samples.push({ counts: runtime.counters.snapshot(), ms });
  }
  return { name, asks, samples };
}

export type Range = { readonly least: number; readonly most: number };

/** The least and the most of a counter, or of a sum of counters, over all samples. */
export function range({ samples }: Measured, ...counters: (string | RegExp)[]): Range {
  const sums = samples.map(({ counts }) => sum(counts, counters));
  return { least: Math.min(...sums), most: Math.max(...sums) };
}

/** The counter's median over the samples. */
export function typical({ samples }: Measured, ...counters: (string | RegExp)[]): number {
  return median(samples.map(({ counts }) => sum(counts, counters)));
}

function sum(counts: Readonly<Record<string, number>>, counters: readonly (string | RegExp)[]): number {
  return Object.entries(counts)
    .filter(([name]) =>
      counters.some((counter) => (typeof counter === 'string' ? counter === name : counter.test(name))),
    )
    .reduce((total, [, count]) => total + count, 0);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
