import type { LocalRuntime } from '@parley/local';
import { untilIdle } from '#test/support/until-idle';
import { median } from './median.ts';
import { measurePath, type Path } from './path.ts';

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
  /** Of as many more runs, with delays like those of AWS. */
  readonly paths: readonly Path[];
}

export interface Operation extends Pick<Measured, 'name' | 'asks'> {
  /** Runs the operation, and resolves when the client has the answer. Later effects are counted too. */
  readonly run: (time: number) => Promise<unknown>;
  /** Prepares a run. Not counted. */
  readonly prepare?: (time: number) => Promise<unknown>;
}

/** How often `measure` runs an operation that is measured so many times. */
export const runsOf = (times: number) => 1 + 2 * times;

/** Runs the operation once to warm up, then `times` times, and as often with delays like those of AWS, one after the other. */
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
  const paths: Path[] = [];
  for (let time = times + 1; time < runsOf(times); time++) {
    await prepare?.(time);
    await untilIdle(runtime);
    paths.push(await measurePath(runtime, () => run(time), asks.frames === undefined && asks.requests !== undefined));
  }
  return { name, asks, samples, paths };
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
