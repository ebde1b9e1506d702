/**
 * An upload: a file that a user may upload with a form.
 *
 * key    pk `CONV#<conversation>`, sk `FILE#<id>`.
 * holds  `user`, `filename`, `content_type`, `size`; `width` and `height` if the user said so.
 *        `used_by`: the client_id of the one message that uses it.
 *        `expires` (s): until a message uses it, and again when that message is deleted.
 * bucket The form writes to `incoming/<id>`. When a message uses the upload, the object is copied to `files/<id>`, where no form can
 *        replace it.
 *
 * A picture of a user is an upload too. It has the user name instead of a conversation. No conversation has such an id, so no message can use
 * it. It is copied to `avatars/<id>`.
 */
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { File } from './entry.ts';
import { daySeconds, getItem, putItem, queryOnce, ttl, updateItemIf } from './item.ts';
import { conversationPartition, type Key } from './keys.ts';

export interface Upload extends File {
  readonly conversation: string;
  readonly user: string;
  /** Whether a message uses it. */
  readonly used: boolean;
}

const UploadItem = z.extend(z.omit(File, { id: true }), { user: z.string(), expires: z.optional(z.number()) });

function uploadKey(conversation: string, id: string): Key {
  return { pk: conversationPartition(conversation), sk: `FILE#${id}` };
}

/** A message has to use the upload within a day. */
export async function putUpload(
  { table, now }: TimedStore,
  { conversation, id, ...fields }: Omit<Upload, 'used'>,
): Promise<void> {
  await putItem(table, { ...uploadKey(conversation, id), ...fields, expires: ttl(now(), daySeconds) });
}

export async function getUpload({ table }: Store, conversation: string, id: string): Promise<Upload | undefined> {
  const item = await getItem(table, uploadKey(conversation, id), { consistent: true });
  if (!item) return undefined;
  const { expires, ...fields } = z.parse(UploadItem, item);
  return { ...fields, conversation, id, used: expires === undefined };
}

/**
 * Makes the upload part of a message, so that it does not expire.
 * @param usedBy tells the message from the author's other messages
 * @returns `false` when another message uses it: each file belongs to one message, and is deleted with it
 */
export async function useUpload({ table }: Store, { conversation, id }: Upload, usedBy: string): Promise<boolean> {
  const { ok } = await updateItemIf(table, {
    Key: uploadKey(conversation, id),
    UpdateExpression: 'SET used_by = :by REMOVE expires',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(used_by) OR used_by = :by)',
    ExpressionAttributeValues: { ':by': usedBy },
  });
  return ok;
}

/** Creates an upload that a message uses from the beginning: a copy of another one. */
export async function putUsedUpload(
  { table }: Store,
  { conversation, id, ...fields }: Omit<Upload, 'used'>,
  usedBy: string,
): Promise<void> {
  await putItem(table, { ...uploadKey(conversation, id), ...fields, used_by: usedBy });
}

/** The first uploads that were asked for in a place, by id: a conversation, or a user's name for their pictures. @param after only ids behind this one */
export async function uploadsAfter({ table }: Store, place: string, limit: number, after?: string): Promise<string[]> {
  const items = await queryOnce(table, {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': conversationPartition(place), ':sk': 'FILE#' },
    ExclusiveStartKey: after === undefined ? undefined : { ...uploadKey(place, after) },
    Limit: limit,
  });
  return items.map(({ sk }) => String(sk).slice('FILE#'.length));
}

/** Lets the upload expire, because its message was deleted. */
export async function releaseUpload({ table, now }: TimedStore, conversation: string, id: string): Promise<void> {
  await updateItemIf(table, {
    Key: uploadKey(conversation, id),
    UpdateExpression: 'SET expires = :now',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':now': ttl(now()) },
  });
}
