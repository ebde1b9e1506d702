/**
 * An upload that was asked for: who may use it, where, and as what.
 *
 * key    pk `CONV#<conversation>`  sk `FILE#<id>`
 * holds  user, filename, content_type, size; expires by TTL until a message uses it
 * S3     the form writes to `incoming/<id>`, which a lifecycle rule empties; using it copies the object to `files/<id>`, where no form can
 *        reach it any more
 *
 * A picture of a user is an upload too: in place of a conversation stands the bare user name, which is no conversation's id, so that it
 * fits in no message; it is copied to `avatars/<id>`.
 */
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Services } from '../runtime/services.ts';
import type { File } from './entry.ts';
import type { Key } from './item.ts';

export interface Upload extends File {
  readonly conversation: string;
  readonly user: string;
  /** Whether a message uses it. */
  readonly kept: boolean;
}

const UploadItem = z.object({
  user: z.string(),
  filename: z.string(),
  content_type: z.string(),
  size: z.number(),
  expires: z.optional(z.number()),
});

/** Seconds in which an upload has to be used. */
const lifetime = 86_400;

function key(conversation: string, id: string): Key {
  return { pk: `CONV#${conversation}`, sk: `FILE#${id}` };
}

export async function putUpload(
  { table, now }: Pick<Services, 'table' | 'now'>,
  upload: Omit<Upload, 'kept'>,
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
  return { ...fields, conversation, id, kept: expires === undefined };
}

/** The upload is part of a message now and stays. */
export async function keepUpload({ table }: Pick<Services, 'table'>, { conversation, id }: Upload): Promise<void> {
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(conversation, id),
      UpdateExpression: 'REMOVE expires',
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );
}
