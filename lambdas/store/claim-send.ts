/** Adding a send to the idempotency window of a membership (membership.ts, idempotency-window.ts). */
import type { Store } from '../runtime/services.ts';
import { packSend, type SendRecord, windowSize } from './idempotency-window.ts';
import { updateItemIf } from './item.ts';
import { isActive, type Membership, membershipKey, toMembership } from './membership.ts';

export type ClaimResult =
  | 'claimed'
  | 'removed'
  /** The number of an earlier try of the same send. */
  | { readonly original: SendRecord }
  /** Other sends of the member were faster, and used up what was `allowed`. */
  | { readonly overtaken: Membership };

/**
 * Notes the number of a send, unless an earlier try of it has a number.
 * @param allowed how many sends may succeed of all that have read the membership in this state, however many try; Infinity for any number
 * @param replacing the record of an earlier try whose number was sealed
 * @param moveCursor whether the sender has thereby read up to this number
 */
export async function claimSend(
  { table }: Store,
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
  const limited = Number.isFinite(allowed);
  const { ok, item } = await updateItemIf(table, {
    Key: membershipKey(membership.username, membership.conversation),
    UpdateExpression: [
      'SET ring.#hash = :record, sends = sends + :one',
      moveCursor ? ', read_seq = :seq, read_count = :count' : '',
      remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '',
    ].join(''),
    ConditionExpression: [
      'attribute_exists(#role)',
      ...(limited ? ['sends < :most'] : []),
      replacing ? 'ring.#hash = :replacing' : 'attribute_not_exists(ring.#hash)',
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
      ...(limited ? { ':most': most } : {}),
      ':replacing': replacing && packSend(replacing),
      ...(moveCursor ? { ':seq': record.seq, ':count': record.count } : {}),
    },
  });
  if (ok) return 'claimed';
  if (!item || !isActive(item)) return 'removed';
  const existing = toMembership(item);
  const original = existing.recentSends.get(hash);
  if (original && original.seq !== replacing?.seq) return { original };
  if (existing.sends >= most) return { overtaken: existing };
  // Only the condition on the cursor failed: a later send of this user was faster. The cursor must not go back.
  return claimSend({ table }, membership, hash, record, { allowed, replacing, moveCursor: false });
}
