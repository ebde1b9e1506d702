import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Role } from '#protocol/message';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { key } from './membership.ts';

/** What friendship and blocks make of one side of a direct conversation. */
export type DirectSide = 'open' | 'unfriended' | 'blocks' | 'blocked';

/**
 * One side of a direct conversation as friendship and blocks make it, for a transaction of both sides. The membership is made where there is
 * none: `open` for who are friends now, otherwise closed to new messages where friends come first.
 */
export function directMembershipUpdate(username: string, conversation: string, side: DirectSide) {
  const marks = [...new Set(side === 'open' ? [] : ['unfriended', side])].map((mark) => `, ${mark} = :yes`);
  return {
    Key: key(username, conversation),
    UpdateExpression: [
      'SET #role = if_not_exists(#role, :member), read_seq = if_not_exists(read_seq, :none)',
      ', read_count = if_not_exists(read_count, :none), ring = if_not_exists(ring, :empty)',
      ', sends = if_not_exists(sends, :none)',
      ...marks,
      side === 'open' ? ' REMOVE unfriended' : '',
    ].join(''),
    ExpressionAttributeNames: { '#role': 'role' },
    ExpressionAttributeValues: {
      ...{ ':member': 'member' satisfies Role, ':none': 0, ':empty': {} },
      ...(side === 'open' ? {} : { ':yes': true }),
    },
  };
}

/** Notes in a direct conversation that a block is over, on one side. Again, or without a membership: nothing happens. */
export async function endBlock(
  { table }: Pick<Services, 'table'>,
  username: string,
  conversation: string,
  side: 'blocks' | 'blocked',
): Promise<void> {
  await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(username, conversation),
        UpdateExpression: 'REMOVE #side',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeNames: { '#side': side },
      }),
    ),
  );
}
