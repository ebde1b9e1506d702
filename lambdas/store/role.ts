import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Role } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { conditional, updateTogether } from './item.ts';
import { key, type Membership } from './membership.ts';

/** Gives the member another role, if theirs still is what it was when this was decided. */
export async function changeRole(
  { table }: Pick<Services, 'table'>,
  membership: Membership,
  role: Role,
): Promise<boolean> {
  const write = await conditional(
    table.client.send(new UpdateCommand({ TableName: table.name, ...roleUpdate(membership, role) })),
  );
  return write.ok;
}

/** Two roles in one step, so that a group has one owner at every moment; `false` when one of them was not as expected any more. */
export async function transferOwnership(
  { table }: Pick<Services, 'table'>,
  owner: Membership,
  next: Membership,
): Promise<boolean> {
  return updateTogether(table, [roleUpdate(owner, 'admin'), roleUpdate(next, 'owner')]);
}

function roleUpdate({ username, conversation, role: was }: Membership, role: Role) {
  return {
    Key: key(username, conversation),
    UpdateExpression: 'SET #role = :role',
    ConditionExpression: '#role = :was',
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: { ':role': role, ':was': was },
  };
}
