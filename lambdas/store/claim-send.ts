/** Adding a send to the idempotency window of a room's or group's membership (membership.ts, idempotency-window.ts). */
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { packSend, type SendRecord, seqPrefix, windowSize } from './idempotency-window.ts';
import { updateItemIf } from './item.ts';
import { isActive, type Membership, membershipKey, toMembership } from './membership.ts';
import { takeToken, tokenWaitMs } from './token-bucket.ts';

export type ClaimResult =
  | { readonly kind: 'claimed' }
  | { readonly kind: 'removed' }
  /** An earlier try of the same send has this number. */
  | { readonly kind: 'repeated'; readonly seq: number }
  /** Other sends of the member were faster and took the tokens. */
  | { readonly kind: 'limited'; readonly waitMs: number };

/** The first try may be wrong about the bucket; others of the same member may come between. */
const claimTries = 8;

/**
 * Notes the number of a send, unless an earlier try of it has a number.
 * @param replacing the number of an earlier try, which was sealed. Then no token is taken again
 * @param moveCursor whether the sender has thereby read up to this number
 * @throws ChatError `conflict` when others of the member's sends come between again and again
 */
export async function claimSend(
  { table, now, config }: Pick<Services, 'table' | 'now' | 'config'>,
  membership: Membership,
  hash: string,
  record: SendRecord,
  { replacing, moveCursor }: { replacing?: number | undefined; moveCursor: boolean },
): Promise<ClaimResult> {
  let current = membership;
  let moves = moveCursor;
  for (let tries = 0; tries < claimTries; tries++) {
    const outdated = [...current.recentSends]
      .filter(([other]) => other !== hash)
      .sort(([, a], [, b]) => b - a)
      .slice(windowSize - 1);
    const remove = outdated.map((_, index) => `ring.#old${index}`);
    const token = replacing === undefined ? takeToken('spent', config.sends, current.spentUntil, now()) : undefined;
    const { ok, item } = await updateItemIf(table, {
      Key: membershipKey(membership.username, membership.conversation),
      UpdateExpression: [
        'SET ring.#hash = :record',
        moves ? ', read_seq = :seq, read_count = :count' : '',
        token ? `, ${token.set}` : '',
        remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : '',
      ].join(''),
      ConditionExpression: [
        'attribute_exists(#role)',
        replacing === undefined ? 'attribute_not_exists(ring.#hash)' : 'begins_with(ring.#hash, :replacing)',
        ...(moves ? ['read_seq < :seq'] : []),
        ...(token ? [token.condition] : []),
      ].join(' AND '),
      ExpressionAttributeNames: {
        '#hash': hash,
        '#role': 'role',
        ...Object.fromEntries(outdated.map(([old], index) => [`#old${index}`, old])),
      },
      ExpressionAttributeValues: {
        ':record': packSend(record),
        ':replacing': replacing === undefined ? undefined : seqPrefix(replacing),
        ...(moves ? { ':seq': record.seq, ':count': record.count } : {}),
        ...token?.values,
      },
    });
    if (ok) return { kind: 'claimed' };
    if (!item || !isActive(item)) return { kind: 'removed' };
    current = toMembership(item);
    const seq = current.recentSends.get(hash);
    if (seq !== undefined && seq !== replacing) return { kind: 'repeated', seq };
    const waitMs = replacing === undefined ? tokenWaitMs(config.sends, current.spentUntil, now()) : 0;
    if (waitMs > 0) return { kind: 'limited', waitMs };
    // A later send of this user was faster. The cursor must not go back.
    moves &&= current.read.seq < record.seq;
  }
  throw new ChatError('conflict', 'you are sending too much at once: send it again', { retryAfter: 1 });
}
