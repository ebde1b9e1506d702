/** Which calls of an operation wait for which others: the round trips to DynamoDB in a row, and the milliseconds if calls take as long as on AWS. */
import type { Call, Latency, LocalRuntime } from '@parley/local';
import { untilIdle } from '#test/support/until-idle';
import { median } from './median.ts';

/** About what a call takes in a warm stack in one region of AWS, in ms. */
export const awsLike: Latency = { dynamodb: 4, post: 8, invoke: 5 };

/** What had to happen, one after the other, before a moment. */
export interface Until {
  /** Calls to DynamoDB of which each began after the former had ended: the longest such chain. */
  readonly roundTrips: number;
  /** The same among the calls of one function. */
  readonly byFunction: Readonly<Record<string, number>>;
  /** ms since the client asked */
  readonly ms: number;
}

export interface Path {
  /** Undefined when nothing was posted. */
  readonly firstPost: Until | undefined;
  /** Until the server posted the event, or sent the response, for which the client waited; `ms` until the client had it. */
  readonly answer: Until;
}

/**
 * Runs an operation with delays like those of AWS.
 * @param overHttp whether the answer is an HTTP response
 */
export async function measurePath(
  runtime: LocalRuntime,
  run: () => Promise<unknown>,
  overHttp: boolean,
): Promise<Path> {
  const { calls } = runtime;
  const before = { ...calls.latency };
  Object.assign(calls.latency, awsLike);
  try {
    calls.record();
    const began = performance.now();
    await run();
    const answered = performance.now();
    await untilIdle(runtime);
    const all = calls.recorded();
    const posts = all.filter(({ kind }) => kind === 'post');
    const firstPost = posts.length > 0 ? Math.min(...posts.map((post) => post.began)) : undefined;
    // The last post before the client had its answer is the answer, unless that was an HTTP response.
    const answer = overHttp ? undefined : posts.findLast(({ ended }) => ended <= answered);
    return {
      firstPost: firstPost === undefined ? undefined : { ...until(all, firstPost), ms: firstPost - began },
      answer: { ...until(all, answer?.began ?? answered), ms: answered - began },
    };
  } finally {
    Object.assign(calls.latency, before);
  }
}

function until(all: readonly Call[], moment: number): Omit<Until, 'ms'> {
  const calls = all.filter(({ kind, ended }) => kind === 'dynamodb' && ended <= moment);
  const callers = [...new Set(calls.flatMap(({ by }) => by ?? []))];
  const chainOf = (caller: string) => longestChain(calls.filter(({ by }) => by === caller));
  return {
    roundTrips: longestChain(calls),
    byFunction: Object.fromEntries(callers.map((caller) => [caller, chainOf(caller)])),
  };
}

/** The largest number of calls of which each began after the former had ended. To take the one that ends first is always right. */
export function longestChain(calls: readonly Pick<Call, 'began' | 'ended'>[]): number {
  let length = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { began, ended } of calls.toSorted((a, b) => a.ended - b.ended)) {
    if (began < free) continue;
    length += 1;
    free = ended;
  }
  return length;
}

/**
 * The path of an operation over all runs. Calls at the same time may by chance happen one after the other, which only makes the chain
 * longer, so the shortest of all runs is the true one. `ms` is the median.
 */
export function typicalPath(paths: readonly Path[]): Path {
  const answers = paths.map(({ answer }) => answer);
  const firsts = paths.flatMap(({ firstPost }) => firstPost ?? []);
  const typical = (some: readonly Until[]): Until => {
    const [shortest] = some.toSorted((a, b) => a.roundTrips - b.roundTrips);
    return { roundTrips: 0, byFunction: {}, ...shortest, ms: median(some.map(({ ms }) => ms)) };
  };
  return { firstPost: firsts.length > 0 ? typical(firsts) : undefined, answer: typical(answers) };
}
