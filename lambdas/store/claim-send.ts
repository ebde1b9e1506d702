import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { packSend, type SendRecord, windowSize } from './idempotency-window.ts';
import { conditional } from './item.ts';
import { isActive, key, type Membership, toMembership } from './membership.ts';

export type ClaimResult =
  | 'claimed'
  | 'removed'
  /** An earlier try of the same send has this number. */
  | { readonly original: SendRecord }
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
  record: SendRecord,
  { allowed, replacing, moveCursor }: { allowed: number; replacing?: SendRecord | undefined; moveCursor: boolean },
): Promise<ClaimResult> {
  const outdated = [...membership.recentSends]
    .filter(([other]) => other !== hash)
    .sort(([, a], [, b]) => b.seq - a.seq)
    .slice(windowSize - 1);
  const remove = outdated.map((_, index) => `ring.#old${index}`);
  const most = membership.sends + allowed;
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key(membership.username, membership.conversation),
        UpdateExpression: [
          'SET ring.#hash = :record, sends = sends + :one',
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
          ':record': packSend(record),
          ':one': 1,
          ':most': most,
          ...(moveCursor ? { ':seq': record.seq, ':count': record.count } : {}),
          ...(replacing === undefined ? {} : { ':replacing': packSend(replacing) }),
        },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  if (write.ok) return 'claimed';
  if (!write.item || !isActive(write.item)) return 'removed';
  const existing = toMembership(write.item);
  const original = existing.recentSends.get(hash);
  if (original && original.seq !== replacing?.seq) return { original };
  if (existing.sends >= most) return { overtaken: existing };
  // Only the cursor stood in the way: a later send of this user was faster. It must not go back.
  return claimSend({ table }, membership, hash, record, { allowed, replacing, moveCursor: false });
}
