import type { LocalRuntime } from '@parley/local';
import { untilIdle } from '#test/support/until-idle';

/** What one run of an operation made happen. */
export interface Sample {
  /** The runtime's counters, from nothing. */
  readonly counts: Readonly<Record<string, number>>;
  /** ms until who asked had the answer. */
  readonly ms: number;
}

/** An operation that was run several times. */
export interface Measured {
  readonly name: string;
  /** Frames that the client sends, and requests to the HTTP API, each time: what API Gateway charges besides posts. */
  readonly asks: { readonly frames?: number; readonly requests?: number };
  readonly samples: readonly Sample[];
}

export interface Operation extends Pick<Measured, 'name' | 'asks'> {
  /** Does it, and resolves when who asked has the answer. What follows from it is counted too. */
  readonly run: (time: number) => Promise<unknown>;
  /** What has to be there before, not counted. */
  readonly prepare?: (time: number) => Promise<unknown>;
}

/** Runs it once to warm everything up and then `times` times, each by itself. */
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

/** A counter over all samples, or the sum of several; from the least to the most that was seen. */
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
