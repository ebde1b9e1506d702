import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '#context';
import { readJson, writeAtomically } from '#files';
import type { Schedule } from './schedule.ts';

const Stored = z.record(z.string(), z.number());

/**
 * When each schedule was made, kept in the data folder: `rate(1 day)` counts from there, and would never fire on a laptop that is switched
 * off every night if it counted from the start. A new expression is a new schedule.
 * @returns the time in milliseconds since the epoch, by ARN
 */
export async function readCreated(
  { dataDirectory, clock }: Pick<Context, 'dataDirectory' | 'clock'>,
  schedules: readonly { arn: string; schedule: Schedule }[],
): Promise<(arn: string) => number> {
  const folder = join(dataDirectory, 'events');
  const file = join(folder, 'created.json');
  const before = (await readJson(file, Stored, 'the times of the schedules')) ?? {};
  const keyOf = (arn: string, { expression }: Schedule) => `${arn} ${expression}`;
  const times = new Map(
    schedules.map(({ arn, schedule }) => [arn, before[keyOf(arn, schedule)] ?? clock.now()] as const),
  );
  const stored = schedules.map(({ arn, schedule }) => [keyOf(arn, schedule), times.get(arn)]);
  await mkdir(folder, { recursive: true });
  await writeAtomically(file, JSON.stringify(Object.fromEntries(stored)));
  return (arn) => times.get(arn) ?? clock.now();
}
