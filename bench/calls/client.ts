/** A fresh process that makes one kind of call, and tells its parent the CPU time of each: `fork` it with side, operation, at once, port. */
import { type Calls, openCalls, type sides } from './calls.ts';

export interface CallTimes {
  /** ms of CPU a call: the first 200, with the compiler's work */
  readonly first: number;
  /** … and later: the median of five times 1,000 */
  readonly later: number;
}

const [side = '', operation = '', atOnce = '', port = ''] = process.argv.slice(2);
const calls = openCalls(side as (typeof sides)[number], Number(port));
const call = calls[operation as keyof Calls];

async function measure(count: number): Promise<number> {
  const before = process.cpuUsage();
  let left = count;
  const callOn = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: Number(atOnce) }, callOn));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}

const first = await measure(200);
await measure(2_000);
const rounds: number[] = [];
while (rounds.length < 5) rounds.push(await measure(1_000));
const later = rounds.sort((a, b) => a - b)[2] ?? Number.NaN;
process.send?.({ first, later } satisfies CallTimes);
process.disconnect();
process.exit();
