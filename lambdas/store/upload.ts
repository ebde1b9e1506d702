/**
 * An upload that was asked for: who may use it, where, and as what.
 *
 * key    pk `CONV#<conversation>`  sk `FILE#<id>`
 * holds  user, filename, content_type, size, width and height if they were said; used_by, the client_id of the one message that uses it.
 *        Expires by TTL until one does, and when that message is deleted
 * S3     the form writes to `incoming/<id>`, which a lifecycle rule empties; using it copies the object to `files/<id>`, where no form can
 *        reach it any more
 *
 * A picture of a user is an upload too: in place of a conversation stands the bare user name, which is no conversation's id, so that it
 * fits in no message; it is copied to `avatars/<id>`.
 */
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Services } from '../runtime/services.ts';
import { File } from './entry.ts';
import { conditional, type Key } from './item.ts';

export interface Upload extends File {
  readonly conversation: string;
  readonly user: string;
  /** Whether a message uses it. */
  readonly used: boolean;
}

const UploadItem = z.extend(z.omit(File, { id: true }), { user: z.string(), expires: z.optional(z.number()) });

/** Seconds in which an upload has to be used. */
const lifetime = 86_400;

function key(conversation: string, id: string): Key {
  return { pk: `CONV#${conversation}`, sk: `FILE#${id}` };
}

export async function putUpload(
  { table, now }: Pick<Services, 'table' | 'now'>,
  upload: Omit<Upload, 'used'>,
): Promise<void> {
  const { conversation, id, ...fields } = upload;
  await table.client.send(
    new PutCommand({
      TableName: table.name,
      Item: { ...key(conversation, id), ...fields, expires: Math.ceil(now() / 1000) + lifetime },
    }),
  );
}

export async function getUpload(
  { table }: Pick<Services, 'table'>,
  conversation: string,
  id: string,
): Promise<Upload | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(conversation, id), ConsistentRead: true }),
  );
  if (!Item) return undefined;
  const { expires, ...fields } = z.parse(UploadItem, Item);
  return { ...fields, conversation, id, used: expires === undefined };
}

/**
 * The upload is part of a message now and stays.
 * @param usedBy what tells that message from others of its author
 * @returns `false` when another message uses it: each file belongs to one, and goes with it
 */
export async function useUpload(
  { table }: Pick<Services, 'table'>,
  { conversation, id }: Upload,
  usedBy: string,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation, id),
        UpdateExpression: 'SET used_by = :by REMOVE expires',
        ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(used_by) OR used_by = :by)',
        ExpressionAttributeValues: { ':by': usedBy },
      }),
    ),
  );
  return write.ok;
}

/** The upload as it is when a message uses it from the beginning: a copy of another one's. */
export async function putUsedUpload(
  { table }: Pick<Services, 'table'>,
  { conversation, id, ...fields }: Omit<Upload, 'used'>,
  usedBy: string,
): Promise<void> {
  await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...key(conversation, id), ...fields, used_by: usedBy } }),
  );
}

/** The message is gone, and with it the file. Again: nothing changes. */
export async function releaseUpload(
  { table, now }: Pick<Services, 'table' | 'now'>,
  conversation: string,
  id: string,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(conversation, id),
        UpdateExpression: 'SET expires = :now',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':now': Math.ceil(now() / 1000) },
      }),
    ),
  );
}
