/**
 * Where a push goes: an app or a browser, and whose it is now.
 *
 * key    pk `DEVICE#<id>`  sk `DEVICE`, where the id is a hash of the address, so that a device has one item and one user, whoever registers it
 * holds  user, called (hash of the token that it was registered by), platform and its address: `address` (FCM's token, or the endpoint of a
 *        subscription), for browsers p256dh and auth; at (ms, when it was registered the last time); expires by TTL
 * write  one put gives the device to its new user and tells the former one: there is no moment at which it is both's. The user's own item
 *        lists the ids (user.ts) and may lag behind; what stands here decides.
 * ends   by losing its user and its address; what is left goes by TTL
 */
import { createHash } from 'node:crypto';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod/mini';
import type { Services } from '../runtime/services.ts';
import { conditional, getItems, type Item, type Key } from './item.ts';

const Fields = {
  user: z.string(),
  called: z.string(),
  address: z.string(),
  /** ms; when it was registered the last time */
  at: z.number(),
  /** s */
  expires: z.number(),
};
const DeviceItem = z.discriminatedUnion('platform', [
  z.object({ ...Fields, platform: z.literal('fcm') }),
  z.object({ ...Fields, platform: z.literal('web'), p256dh: z.string(), auth: z.string() }),
]);
/** A device that is somebody's. */
export type PushDevice = z.infer<typeof DeviceItem> & { readonly id: string };
export type WebPushDevice = Extract<PushDevice, { platform: 'web' }>;

function key(id: string): Key {
  return { pk: `DEVICE#${id}`, sk: 'DEVICE' };
}

/** Of 16 bytes: nobody finds another address with the same. */
export function pushDeviceId(platform: PushDevice['platform'], address: string): string {
  return shortHash(`${platform} ${address}`);
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

function toDevice(item: Item): PushDevice | undefined {
  if (item.user === undefined) return undefined;
  return { ...z.parse(DeviceItem, item), id: String(item.pk).slice('DEVICE#'.length) };
}

/** Read strongly: whose it was a moment ago must not be shown what is another's. */
export async function getPushDevice({ table }: Pick<Services, 'table'>, id: string): Promise<PushDevice | undefined> {
  const { Item } = await table.client.send(
    new GetCommand({ TableName: table.name, Key: key(id), ConsistentRead: true }),
  );
  return Item && toDevice(Item);
}

export async function getPushDevices(
  { table }: Pick<Services, 'table'>,
  ids: readonly string[],
): Promise<PushDevice[]> {
  const items = await getItems(table, ids.map(key));
  return items.flatMap((item) => toDevice(item) ?? []);
}

/** @returns whose it was before */
export async function putPushDevice(
  { table }: Pick<Services, 'table'>,
  device: PushDevice,
): Promise<string | undefined> {
  const { id, ...fields } = device;
  const { Attributes } = await table.client.send(
    new PutCommand({ TableName: table.name, Item: { ...key(id), ...fields }, ReturnValues: 'ALL_OLD' }),
  );
  return Attributes && toDevice(Attributes)?.user;
}

const contents = ['user', 'called', 'address', 'p256dh', 'auth'];

/** Nothing is pushed to it any more. Again, when it is another's, or when it was renewed since it was read: nothing happens. */
export async function endPushDevice(
  { table, now }: Pick<Services, 'table' | 'now'>,
  { id, user, expires }: PushDevice,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(id),
        UpdateExpression: `REMOVE ${contents.map((name) => `#${name}`).join(', ')} SET expires = :now`,
        ConditionExpression: '#user = :user AND expires = :expires',
        ExpressionAttributeNames: Object.fromEntries(contents.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: { ':user': user, ':expires': expires, ':now': Math.ceil(now() / 1000) },
      }),
    ),
  );
}
