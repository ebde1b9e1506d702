/**
 * A long job about one user's account: its deletion, or an archive of what is theirs. It goes on in steps, and this item has its place: so it
 * continues wherever a step died.
 *
 * key    pk `USER#<user>`, sk `JOB#deletion` or `JOB#export`.
 * holds  `begun`, `updated`, `done` (ms). `run`: who works on it; another one who takes it makes all later writes of the former fail.
 *        `progress`: its place, see chat/delete-account.ts and chat/export-account.ts.
 * write  When it begins, when a step takes it, and with each part of a step that is done.
 * read   By key, consistently.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { getItem, type Item, type ItemUpdate, updateItemIf } from './item.ts';
import { type Key, usernameOf, userPartition } from './keys.ts';

export type AccountJobKind = 'deletion' | 'export';

export interface AccountJob {
  readonly username: string;
  readonly kind: AccountJobKind;
  /** ms */
  readonly begun: number;
  /** ms; the last write */
  readonly updated: number;
  /** ms; undefined while it is not done */
  readonly done: number | undefined;
  readonly run: string;
  /** As its owner stored it. */
  readonly progress: unknown;
}

const JobItem = z.object({
  pk: z.string(),
  begun: z.number(),
  updated: z.number(),
  done: z.optional(z.number()),
  run: z._default(z.string(), ''),
  progress: z.unknown(),
});

/** Somebody else has taken the job: this run has nothing more to do. */
export class Overtaken extends Error {}

function jobKey(username: string, kind: AccountJobKind): Key {
  return { pk: userPartition(username), sk: `JOB#${kind}` };
}

function toJob(item: Item, kind: AccountJobKind): AccountJob {
  const { pk, ...fields } = z.parse(JobItem, item);
  return { ...fields, done: fields.done, username: usernameOf(pk), kind };
}

export async function getAccountJob(
  { table }: Store,
  username: string,
  kind: AccountJobKind,
): Promise<AccountJob | undefined> {
  const item = await getItem(table, jobKey(username, kind), { consistent: true });
  return item && toJob(item, kind);
}

/**
 * The update that begins a job.
 * @param replacing the job that it takes the place of; without one, there must be none
 */
export function beginJobUpdate(
  { now }: Pick<TimedStore, 'now'>,
  { username, kind, progress }: Pick<AccountJob, 'username' | 'kind' | 'progress'>,
  replacing?: AccountJob,
): ItemUpdate {
  return {
    Key: jobKey(username, kind),
    UpdateExpression: 'SET begun = :now, updated = :now, progress = :progress REMOVE done, #run',
    ConditionExpression: replacing ? 'begun = :begun' : 'attribute_not_exists(pk)',
    ExpressionAttributeNames: { '#run': 'run' },
    ExpressionAttributeValues: { ':now': now(), ':progress': progress, ':begun': replacing?.begun },
  };
}

/** @returns `false` when another request has begun one at the same moment */
export async function beginAccountJob(
  services: TimedStore,
  job: Pick<AccountJob, 'username' | 'kind' | 'progress'>,
  replacing?: AccountJob,
): Promise<boolean> {
  return (await updateItemIf(services.table, beginJobUpdate(services, job, replacing))).ok;
}

/** Notes that a message for a job was sent again, unless somebody else has noted something since. */
export async function touchAccountJob({ table, now }: TimedStore, job: AccountJob): Promise<boolean> {
  const { ok } = await updateItemIf(table, {
    Key: jobKey(job.username, job.kind),
    UpdateExpression: 'SET updated = :now',
    ConditionExpression: 'updated = :updated',
    ExpressionAttributeValues: { ':now': now(), ':updated': job.updated },
  });
  return ok;
}

/** Takes the job for a run. @returns undefined when there is none, or it is done */
export async function takeAccountJob(
  { table, now }: TimedStore,
  username: string,
  kind: AccountJobKind,
  run: string,
): Promise<AccountJob | undefined> {
  const { ok, item } = await updateItemIf(table, {
    Key: jobKey(username, kind),
    UpdateExpression: 'SET #run = :run, updated = :now',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(done)',
    ExpressionAttributeNames: { '#run': 'run' },
    ExpressionAttributeValues: { ':run': run, ':now': now() },
    ReturnValues: 'ALL_NEW',
  });
  return ok && item ? toJob(item, kind) : undefined;
}

/**
 * Stores how far a run is.
 * @param done it is the last part
 * @throws Overtaken when another run has taken the job
 */
export async function saveAccountJob(
  { table, now }: TimedStore,
  { username, kind, run }: AccountJob,
  { progress, done = false }: { readonly progress: unknown; readonly done?: boolean },
): Promise<void> {
  const { ok } = await updateItemIf(table, {
    Key: jobKey(username, kind),
    UpdateExpression: `SET progress = :progress, updated = :now${done ? ', done = :now' : ''}`,
    ConditionExpression: '#run = :run',
    ExpressionAttributeNames: { '#run': 'run' },
    ExpressionAttributeValues: { ':progress': progress, ':now': now(), ':run': run },
  });
  if (!ok) throw new Overtaken(`unable to go on with the ${kind} of ${username}; another run has taken it`);
}
