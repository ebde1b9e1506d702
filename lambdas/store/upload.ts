/**
 * An upload: a file that a user may upload with a form. Once a message uses it, it is that message's reference to an object of the bucket.
 *
 * key    pk `CONV#<conversation>`, sk `FILE#<id>`.
 * holds  `user`, `filename`, `content_type`, `size`; `width` and `height` if the user said so.
 *        `used_by`: the client_id of the one message that uses it, and `seq`: its number. Missing before a message does.
 *        `state`: `claimed` while that message is being written; `used`; `released`: the message is deleted, or never came.
 *        `object`: the id of the object, see bucket.ts. `shared`: other uploads refer to the object too, and shared-object.ts counts them.
 *        `expires` (s): a day after it was asked for or claimed, at once when it is released, and after its message where messages expire.
 * ends   Only DynamoDB deletes it. The stream then keeps it if the message is there, and otherwise deletes the object if nothing else shows it
 *        (chat/release-files.ts). So nothing stays in the bucket, however a writer dies.
 * before Uploads from before there were states: with `used_by` and without `expires` they are used, with both they are released. They have no
 *        `object` and no `seq`: the object has a name of its own, and is not shared.
 *
 * The upload of a user's picture has the user name instead of a conversation. No conversation has such an id, so no message can use it.
 */
import * as z from 'zod/mini';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import { File } from './entry.ts';
import {
  daySeconds,
  getItem,
  type Item,
  type ItemUpdate,
  putItem,
  putItemIf,
  queryOnce,
  ttl,
  updateItemIf,
  updateTogether,
} from './item.ts';
import { conversationOf, conversationPartition, type Key } from './keys.ts';
import { addReference, beginSharing, dropReference } from './shared-object.ts';

/** The stream's filter recognises uploads by it. */
export const uploadPrefix = 'FILE#';

/** A file that is announced. */
export interface NewUpload extends Omit<File, 'object'> {
  readonly conversation: string;
  readonly user: string;
}

export interface Upload extends File {
  readonly conversation: string;
  readonly user: string;
  readonly usedBy: string | undefined;
  /** The message's number; undefined for uploads from before there were states. */
  readonly seq: number | undefined;
  readonly state: 'new' | 'claimed' | 'used' | 'released';
  readonly shared: boolean;
}

/** A message that uses an upload. */
export interface Use {
  /** The message's client_id: it tells the message from the author's other messages. */
  readonly usedBy: string;
  /** The number that the message has in this try. */
  readonly seq: number;
}

const UploadItem = z.extend(z.omit(File, { id: true }), {
  user: z.string(),
  used_by: z.optional(z.string()),
  seq: z.optional(z.number()),
  state: z.optional(z.enum(['claimed', 'used', 'released'])),
  shared: z.optional(z.boolean()),
  expires: z.optional(z.number()),
});

function uploadKey(conversation: string, id: string): Key {
  return { pk: conversationPartition(conversation), sk: uploadPrefix + id };
}

export function isUpload({ sk }: Item): boolean {
  return String(sk).startsWith(uploadPrefix);
}

export function toUpload(item: Item): Upload {
  const { used_by: usedBy, state, expires, shared = false, seq, ...fields } = z.parse(UploadItem, item);
  const before = usedBy === undefined ? 'new' : expires === undefined ? 'used' : 'released';
  return {
    ...fields,
    conversation: conversationOf(item.pk),
    id: String(item.sk).slice(uploadPrefix.length),
    usedBy,
    seq,
    shared,
    state: state ?? before,
  };
}

/** Whether a message shows the file, or is just being written. */
export function isUsed({ state }: Upload): boolean {
  return state === 'claimed' || state === 'used';
}

/** A message has to use the upload within a day. */
export async function putUpload({ table, now }: TimedStore, { conversation, id, ...fields }: NewUpload): Promise<void> {
  await putItem(table, { ...uploadKey(conversation, id), ...fields, expires: ttl(now(), daySeconds) });
}

export async function getUpload({ table }: Store, conversation: string, id: string): Promise<Upload | undefined> {
  const item = await getItem(table, uploadKey(conversation, id), { consistent: true });
  return item && toUpload(item);
}

const reserved = { '#state': 'state', '#object': 'object' };

/**
 * Claims the upload for a message that has its number and is not written yet. Another try of the same send may claim it again, with a higher
 * number. The object is written next.
 * @returns `false` when another message uses it: each upload belongs to one message, and is released with it
 */
export async function claimUpload({ table, now }: TimedStore, upload: Upload, use: Use): Promise<boolean> {
  const { ok, item } = await updateItemIf(table, {
    Key: uploadKey(upload.conversation, upload.id),
    UpdateExpression:
      'SET used_by = :by, seq = :seq, #state = :claimed, #object = :object, content_type = :type, expires = :soon',
    ConditionExpression:
      'attribute_exists(pk) AND (attribute_not_exists(used_by) OR (used_by = :by AND #state = :claimed AND seq < :seq))',
    ExpressionAttributeNames: reserved,
    ExpressionAttributeValues: {
      ':by': use.usedBy,
      ':seq': use.seq,
      ':claimed': 'claimed',
      ':object': upload.object ?? upload.id,
      // An upload that was announced without a type has one now.
      ':type': upload.content_type,
      ':soon': ttl(now(), daySeconds),
    },
  });
  if (ok) return true;
  const current = item && toUpload(item);
  // A later try of the same send was faster. It has sealed the number of this one.
  return current !== undefined && isUsed(current) && current.usedBy === use.usedBy && (current.seq ?? 0) >= use.seq;
}

/** The message is written. The upload stays as long as the message. */
export async function confirmUpload(
  { table, config }: Pick<Services, 'table' | 'config'>,
  { conversation, seq, at }: { readonly conversation: string; readonly seq: number; readonly at: number },
  id: string,
): Promise<void> {
  const expires = expiryOf(config, at);
  await updateItemIf(table, {
    Key: uploadKey(conversation, id),
    UpdateExpression: `SET #state = :used, seq = :seq${expires === undefined ? ' REMOVE expires' : ', expires = :expires'}`,
    ConditionExpression: '#state = :claimed',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':used': 'used', ':claimed': 'claimed', ':seq': seq, ':expires': expires },
  });
}

/** A day after the message, which may be deleted late. */
function expiryOf({ retentionDays }: Services['config'], at: number): number | undefined {
  return retentionDays > 0 ? ttl(at, (retentionDays + 1) * daySeconds) : undefined;
}

/**
 * Puts an upload back that DynamoDB has deleted although its message is there.
 * @param at ms; when the message was written
 */
export async function restoreUpload(
  { table, now, config }: Pick<Services, 'table' | 'now' | 'config'>,
  upload: Upload,
  at: number,
): Promise<void> {
  const expires = expiryOf(config, at);
  const later = ttl(now(), daySeconds);
  await putItemIf(table, {
    Item: { ...toItem(upload), state: 'used', expires: expires && Math.max(expires, later) },
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

function toItem({ conversation, id, usedBy, state, shared, ...fields }: Upload): Item {
  return { ...uploadKey(conversation, id), ...fields, used_by: usedBy, state, shared: shared || undefined };
}

/** Creates the item as an update, as transactions want it. @param free the condition on which there is none; it may name `:released` */
function create({ conversation, id, ...upload }: Upload, expires: number, free: string): ItemUpdate {
  const { pk, sk, ...item } = toItem({ conversation, id, ...upload });
  const set = Object.entries({ ...item, expires }).filter(([, value]) => value !== undefined);
  return {
    Key: { pk, sk },
    UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    ConditionExpression: free,
    ExpressionAttributeNames: Object.fromEntries(set.map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(set.map(([name, value]) => [`:${name}`, value])),
  };
}

/** What is left of an earlier try that never came may be overwritten. */
function createClaimed({ now }: Pick<Services, 'now'>, copy: Upload, { usedBy, seq }: Use): ItemUpdate {
  const update = create(
    { ...copy, usedBy, seq, state: 'claimed' },
    ttl(now(), daySeconds),
    '(attribute_not_exists(pk) OR #state = :released)',
  );
  return {
    ...update,
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':released': 'released' },
  };
}

/** Creates a claimed upload with an object of its own, which is copied next. Nothing happens if there is one already. */
export async function createClaimedUpload(services: TimedStore, copy: Upload, use: Use): Promise<void> {
  await updateItemIf(services.table, createClaimed(services, copy, use));
}

/**
 * Creates a claimed upload that refers to the object of another one. The two share the object from then on.
 * @returns `false` when the source is not used any more, when there is such an upload already, or when others came between
 */
export async function shareUpload(services: TimedStore, source: Upload, copy: Upload, use: Use): Promise<boolean> {
  const object = source.object ?? source.id;
  const created = createClaimed(services, { ...copy, object, shared: true }, use);
  if (source.shared) return updateTogether(services.table, [created, addReference(object)]);
  const mark: ItemUpdate = {
    Key: uploadKey(source.conversation, source.id),
    UpdateExpression: 'SET #shared = :yes',
    ConditionExpression: '#state IN (:claimed, :used) AND attribute_not_exists(#shared)',
    ExpressionAttributeNames: { '#state': 'state', '#shared': 'shared' },
    ExpressionAttributeValues: { ':yes': true, ':claimed': 'claimed', ':used': 'used' },
  };
  return updateTogether(services.table, [created, mark, beginSharing(object)]);
}

/** The first uploads that were asked for in a place, by id: a conversation, or a user's name for their pictures. @param after only ids behind this one */
export async function uploadsAfter({ table }: Store, place: string, limit: number, after?: string): Promise<string[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': conversationPartition(place), ':sk': uploadPrefix },
    ExclusiveStartKey: after === undefined ? undefined : { ...uploadKey(place, after) },
    Limit: limit,
  });
  return items.map(({ sk }) => String(sk).slice(uploadPrefix.length));
}

/**
 * The message does not show the upload any more. Nothing happens if it was released before.
 * @returns the upload as it is now; undefined if there is none
 */
export async function releaseUpload(
  { table, now }: TimedStore,
  conversation: string,
  id: string,
): Promise<Upload | undefined> {
  const release = (isShared: string): ItemUpdate => ({
    Key: uploadKey(conversation, id),
    UpdateExpression: 'SET #state = :released, expires = :now',
    // An upload from before there were states is used as long as it does not expire.
    ConditionExpression: `attribute_exists(pk) AND ${isShared} AND (#state IN (:claimed, :used) OR (attribute_not_exists(#state) AND attribute_not_exists(expires)))`,
    ExpressionAttributeNames: { '#state': 'state', '#shared': 'shared' },
    ExpressionAttributeValues: { ':released': 'released', ':claimed': 'claimed', ':used': 'used', ':now': ttl(now()) },
  });
  for (let tries = 0; tries < releaseTries; tries++) {
    const alone = await updateItemIf(table, { ...release('attribute_not_exists(#shared)'), ReturnValues: 'ALL_NEW' });
    const upload = alone.item && toUpload(alone.item);
    if (!upload?.shared || !isUsed(upload)) return upload;
    const together = [release('attribute_exists(#shared)'), dropReference(upload.object ?? id)];
    if (await updateTogether(table, together)) return { ...upload, state: 'released' };
    // Another call has released it, or another upload of the same object came between.
  }
  throw new Error(`unable to release the upload ${id} of ${conversation}; others came between again and again`);
}

const releaseTries = 8;

/**
 * DynamoDB has deleted a shared upload whose message does not exist. It is put back as released, together with its reference, so that a
 * second record of the same deletion changes nothing.
 * @returns `false` when there is such an upload again, or when others came between
 */
export async function dropExpiredUpload({ table, now }: TimedStore, upload: Upload): Promise<boolean> {
  const back = create({ ...upload, state: 'released' }, ttl(now(), daySeconds), 'attribute_not_exists(pk)');
  return updateTogether(table, [back, dropReference(upload.object ?? upload.id)]);
}
