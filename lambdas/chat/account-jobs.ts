/** The queue's messages that continue the jobs about an account (store/account-job.ts). A message says only whose job: the job's item has its place. */
import * as z from 'zod/mini';
import type { Queue } from '../runtime/queue.ts';
import type { TimedStore } from '../runtime/services.ts';
import { type AccountJob, touchAccountJob } from '../store/account-job.ts';

export const AccountJobMessage = z.object({ kind: z.enum(['deletion', 'export']), username: z.string() });
export type AccountJobMessage = z.infer<typeof AccountJobMessage>;

/** ms without a sign of life: nobody took it, or its last message is a dead letter. */
const lostMs = { new: 60_000, begun: 20 * 60_000 };

/** Sends the message of a job again if it seems to be lost. Whoever asks how far the job is thereby helps it on. */
export async function reviveAccountJob(services: TimedStore, queue: Queue, job: AccountJob): Promise<void> {
  const { username, kind, run, updated, done } = job;
  if (done !== undefined || services.now() - updated < (run === '' ? lostMs.new : lostMs.begun)) return;
  if (await touchAccountJob(services, job)) await queue.send({ kind, username } satisfies AccountJobMessage);
}
