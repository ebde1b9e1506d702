/** That a user has devices to push to stands in the user's own item (user.ts), so that who has none costs no read. */
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { key, pushDevicePrefix, type UserPushDevice } from './user.ts';

/** Notes a device that is pushed to, and takes others away. @param outdated ids */
export async function addUserPushDevice(
  { table }: Pick<Services, 'table'>,
  username: string,
  { id, expires }: UserPushDevice,
  outdated: readonly string[],
): Promise<void> {
  const remove = outdated.map((_, index) => `#old${index}`);
  await table.client.send(
    new UpdateCommand({
      TableName: table.name,
      Key: key(username),
      UpdateExpression: `SET #device = :expires${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: {
        '#device': pushDevicePrefix + id,
        ...Object.fromEntries(outdated.map((old, index) => [`#old${index}`, pushDevicePrefix + old])),
      },
      ExpressionAttributeValues: { ':expires': expires },
    }),
  );
}

/** Takes a device away. @param expires only if it was not renewed since it had this */
export async function dropUserPushDevice(
  { table }: Pick<Services, 'table'>,
  username: string,
  id: string,
  expires?: number,
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username),
        UpdateExpression: 'REMOVE #device',
        ConditionExpression: expires === undefined ? 'attribute_exists(#device)' : '#device = :expires',
        ExpressionAttributeNames: { '#device': pushDevicePrefix + id },
        ...(expires === undefined ? {} : { ExpressionAttributeValues: { ':expires': expires } }),
      }),
    ),
  );
}
