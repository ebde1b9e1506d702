/**
 * How many uploads refer to one object of the bucket. Only an object that was forwarded has this item; any other belongs to one upload.
 *
 * key    pk `OBJECT#<object>`, sk `OBJECT`.
 * holds  `refs`: the uploads (upload.ts) that refer to the object. `expires` (s): a day after the last one has gone.
 * write  In one transaction with the upload that begins or ends to refer to it, so the count is exact, however often a writer tries. A count
 *        that has reached 0 stays there: nobody can share an object that is being deleted.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { daySeconds, getItem, type ItemUpdate, ttl, updateItemIf } from './item.ts';
import type { Key } from './keys.ts';

function objectKey(object: string): Key {
  return { pk: `OBJECT#${object}`, sk: 'OBJECT' };
}

/** The first upload beside the one that brought the object. */
export function beginSharing(object: string): ItemUpdate {
  return {
    Key: objectKey(object),
    UpdateExpression: 'SET refs = :two',
    ConditionExpression: 'attribute_not_exists(pk)',
    ExpressionAttributeValues: { ':two': 2 },
  };
}

export function addReference(object: string): ItemUpdate {
  return {
    Key: objectKey(object),
    UpdateExpression: 'SET refs = refs + :one',
    ConditionExpression: 'refs >= :one',
    ExpressionAttributeValues: { ':one': 1 },
  };
}

export function dropReference(object: string): ItemUpdate {
  return {
    Key: objectKey(object),
    UpdateExpression: 'SET refs = refs - :one',
    ConditionExpression: 'refs >= :one',
    ExpressionAttributeValues: { ':one': 1 },
  };
}

/** Whether an upload refers to a shared object. */
export async function isReferred({ table }: Store, object: string): Promise<boolean> {
  const item = await getItem(table, objectKey(object), { consistent: true });
  return item !== undefined && z.parse(z.number(), item.refs) > 0;
}

/** Lets the count expire, after the object was deleted. */
export async function forgetObject({ table, now }: TimedStore, object: string): Promise<void> {
  await updateItemIf(table, {
    Key: objectKey(object),
    UpdateExpression: 'SET expires = :soon',
    ConditionExpression: 'refs = :none',
    ExpressionAttributeValues: { ':none': 0, ':soon': ttl(now(), daySeconds) },
  });
}
