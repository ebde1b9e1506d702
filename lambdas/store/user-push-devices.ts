/**
 * Which push devices a user has: attributes `device#<id>` of the user's own item (user.ts). So a user without push devices costs no
 * further read.
 */
import type { Store } from '../runtime/services.ts';
import { updateItem, updateItemIf } from './item.ts';
import { pushDevicePrefix, type UserPushDevice, userKey } from './user.ts';

/** Lists a push device, and removes others. @param outdated ids */
export async function addUserPushDevice(
  { table }: Store,
  username: string,
  { id, expires }: UserPushDevice,
  outdated: readonly string[],
): Promise<void> {
  const remove = outdated.map((_, index) => `#old${index}`);
  await updateItem(table, {
    Key: userKey(username),
    UpdateExpression: `SET #device = :expires${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeNames: {
      '#device': pushDevicePrefix + id,
      ...Object.fromEntries(outdated.map((old, index) => [`#old${index}`, pushDevicePrefix + old])),
    },
    ExpressionAttributeValues: { ':expires': expires },
  });
}

/** Removes a push device. @param expires if given: only if it still has this expiry, so was not renewed */
export async function dropUserPushDevice(
  { table }: Store,
  username: string,
  id: string,
  expires?: number,
): Promise<void> {
  await updateItemIf(table, {
    Key: userKey(username),
    UpdateExpression: 'REMOVE #device',
    ConditionExpression: expires === undefined ? 'attribute_exists(#device)' : '#device = :expires',
    ExpressionAttributeNames: { '#device': pushDevicePrefix + id },
    // DynamoDB refuses values that are empty.
    ExpressionAttributeValues: expires === undefined ? undefined : { ':expires': expires },
  });
}
