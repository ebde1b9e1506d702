/**
 * A push device: an app or a browser that gets the pushes of one user.
 *
 * key    pk `DEVICE#<id>`, sk `DEVICE`. The id is a hash of the address. So a device has one item and one user, whoever registers it.
 * holds  `user`; `called`: a hash of the token that is in the path of its registration; `platform`;
 *        `address`: FCM's token, or the endpoint of a browser's subscription, then with `p256dh` and `auth`;
 *        `at` (ms): when it was registered the last time; `expires` (s).
 * write  One put moves the device from one user to another, and returns the former one: it never belongs to both. The user's own item lists
 *        the ids (user-push-devices.ts) and may lag behind; this item decides.
 * ends   By losing its user and address. DynamoDB deletes what is left.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { Store, TimedStore } from '../runtime/services.ts';
import { getItem, getItems, type Item, replaceItem, ttl, updateItemIf } from './item.ts';
import type { Key } from './keys.ts';

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
/** A device that belongs to a user. */
export type PushDevice = z.infer<typeof DeviceItem> & { readonly id: string };
export type WebPushDevice = Extract<PushDevice, { platform: 'web' }>;

export const pushDeviceSortKey = 'DEVICE';

function deviceKey(id: string): Key {
  return { pk: `DEVICE#${id}`, sk: pushDeviceSortKey };
}

export function pushDeviceId(platform: PushDevice['platform'], address: string): string {
  return shortHash(`${platform} ${address}`);
}

/** 16 bytes: nobody finds another text with the same hash. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

function toDevice(item: Item): PushDevice | undefined {
  if (item.user === undefined) return undefined;
  return { ...z.parse(DeviceItem, item), id: String(item.pk).slice('DEVICE#'.length) };
}

/** A consistent read, so that a device that has just moved to another user does not show pushes of the former one. */
export async function getPushDevice({ table }: Store, id: string): Promise<PushDevice | undefined> {
  const item = await getItem(table, deviceKey(id), { consistent: true });
  return item && toDevice(item);
}

export async function getPushDevices({ table }: Store, ids: readonly string[]): Promise<PushDevice[]> {
  const items = await getItems(table, ids.map(deviceKey));
  return items.flatMap((item) => toDevice(item) ?? []);
}

/** @returns the user to whom the device belonged before */
export async function putPushDevice({ table }: Store, { id, ...fields }: PushDevice): Promise<string | undefined> {
  const former = await replaceItem(table, { ...deviceKey(id), ...fields });
  return former && toDevice(former)?.user;
}

const removed = ['user', 'called', 'address', 'p256dh', 'auth'];

/** Ends the pushes to a device. Nothing happens when it has ended, belongs to another user, or was renewed after it was read. */
export async function endPushDevice({ table, now }: TimedStore, { id, user, expires }: PushDevice): Promise<void> {
  await updateItemIf(table, {
    Key: deviceKey(id),
    UpdateExpression: `REMOVE ${removed.map((name) => `#${name}`).join(', ')} SET expires = :now`,
    ConditionExpression: '#user = :user AND expires = :expires',
    ExpressionAttributeNames: Object.fromEntries(removed.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ':user': user, ':expires': expires, ':now': ttl(now()) },
  });
}
