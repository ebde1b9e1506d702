import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { conditional } from './item.ts';
import { key, type Membership, stands, toMembership } from './membership.ts';
import { packSend, ringSize, type Send } from './ring.ts';

export type Claim =
  | 'claimed'
  | 'removed'
  /** An earlier try of the same send has this number. */
  | { readonly earlier: Send }
  /** Others of the member's sends were faster, more than were `allowed`. */
  | { readonly overtaken: Membership };

/**
 * Writes down that this send has that number, unless an earlier try has one: then the earlier number is the answer.
 * Of sends that read the membership at the same time as many as are `allowed` come through, however many are tried.
 * `replacing` is an earlier try whose number was sealed as empty. `moveCursor`: who writes has read.
 */
export async function claimSend(
  { table }: Pick<Services, 'table'>,
  membership: Membership,
  hash: string,
  send: Send,
  { allowed, replacing, moveCursor }: { allowed: number; replacing?: Send | undefined; moveCursor: boolean },
): Promise<Claim> {
  const outdated = [...membership.ring]
    .filter(([other]) => other !== hash)
    .sort(([, a], [, b]) => b.seq - a.seq)
    .slice(ringSize - 1);
  const remove = outdated.map((_, index) => `ring.#old${index}`);
  const most = membership.sends + allowed;
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(membership.username, membership.conversation),
        UpdateExpression: [
          'SET ring.#hash = :send, sends = sends + :one',
          moveCursor ? ', read_seq = :seq, read_count = :count' : '',
          remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '',
        ].join(''),
        ConditionExpression: [
          'attribute_exists(#role)',
          'sends < :most',
          replacing === undefined ? 'attribute_not_exists(ring.#hash)' : 'ring.#hash = :replacing',
          ...(moveCursor ? ['read_seq < :seq'] : []),
        ].join(' AND '),
        ExpressionAttributeNames: {
          '#hash': hash,
          '#role': 'role',
          ...Object.fromEntries(outdated.map(([old], index) => [`#old${index}`, old])),
        },
        ExpressionAttributeValues: {
          ':send': packSend(send),
          ':one': 1,
          ':most': most,
          ...(moveCursor ? { ':seq': send.seq, ':count': send.count } : {}),
          ...(replacing === undefined ? {} : { ':replacing': packSend(replacing) }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (write.ok) return 'claimed';
  if (!write.item || !stands(write.item)) return 'removed';
  const standing = toMembership(write.item);
  const earlier = standing.ring.get(hash);
  if (earlier && earlier.seq !== replacing?.seq) return { earlier };
  if (standing.sends >= most) return { overtaken: standing };
  // Only the cursor stood in the way: a later send of this user was faster. It must not go back.
  return claimSend({ table }, membership, hash, send, { allowed, replacing, moveCursor: false });
}
