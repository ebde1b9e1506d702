import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { isSealed, laterFilter, type RestoredKind, restoredKind } from '#lambdas/store/restored-item';
import type { Operated } from './connect.ts';
import { eachPage, findItems, type Item, inParallel, keyOf, type StoredItem } from './scan.ts';

export interface CopyOptions {
  /** The restored table. */
  readonly from: string;
  /** Otherwise it is only counted. */
  readonly apply: boolean;
  /** Whether an item of kind `later` belongs to something that is there. */
  readonly stillHolds: (item: Item) => Promise<boolean>;
  /** Called with each item that was lost, after it was put back. @param replaced something had its place */
  readonly onCopied: (item: Item, kind: RestoredKind, replaced: boolean) => void;
  /** Called with each user, and each state of a conversation, that is in both tables: as it was, and as it is. */
  readonly onKept: (kind: 'state' | 'user', before: Item, now: Item) => void;
}

export interface Copied {
  /** Items of the restored table. */
  seen: number;
  /** Those that were lost, and were put back. */
  copied: number;
  /** States of conversations, and users, that had been begun anew; and entries whose numbers had been sealed. */
  replaced: number;
  /** Messages that stay lost: others have their numbers, because their conversation was begun anew together with its log. */
  overtaken: number;
}

/**
 * Puts back the items of the restored table that the stack's table has lost. Whatever is in the stack's table stays: it is newer. The exceptions are
 * states and users that were begun anew, because the real ones were lost.
 *
 * Messages come before their changes, so that the table's stream finds the message of a change.
 */
export async function copyMissing({ dynamodb, outputs }: Operated, options: CopyOptions): Promise<Copied> {
  const counts: Copied = { seen: 0, copied: 0, replaced: 0, overtaken: 0 };
  const { TableName } = outputs;
  const now = Date.now();

  const put = async ({ item, attributes }: StoredItem, kind: RestoredKind, existing: Item | undefined) => {
    if (kind === 'later' && !(await options.stillHolds(item))) return;
    const done = !options.apply || (await putBack(attributes, existing, kind));
    if (!done) return;
    if (existing) counts.replaced += 1;
    else counts.copied += 1;
    options.onCopied(item, kind, existing !== undefined);
  };
  /** @returns `false` when somebody has written it meanwhile */
  const putBack = async (
    attributes: StoredItem['attributes'],
    existing: Item | undefined,
    kind: RestoredKind,
  ): Promise<boolean> => {
    const begun = kind === 'state' ? 'seq' : kind === 'user' ? 'created' : 'type';
    const condition = existing
      ? {
          ConditionExpression: '#begun = :begun',
          ExpressionAttributeNames: { '#begun': begun },
          ExpressionAttributeValues: marshall({ ':begun': existing[begun] }),
        }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    // Of a sealed number nothing stays.
    const Item = { ...(existing && begun !== 'type' && marshall(existing)), ...attributes };
    try {
      await dynamodb.send(new PutItemCommand({ TableName, Item, ...condition }));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  const pass = async (wanted: (kind: RestoredKind) => boolean, filter = {}) =>
    eachPage(
      dynamodb,
      options.from,
      async (page) => {
        const candidates = page
          .map((stored) => ({ stored, kind: restoredKind(stored.item, now) }))
          .filter(({ kind }) => wanted(kind));
        const existing = await findItems(
          dynamodb,
          TableName,
          candidates.map(({ stored }) => stored.item),
        );
        await inParallel(candidates, 20, async ({ stored, kind }) => {
          const current = existing.get(keyOf(stored.item));
          const isLost = !current || isBegunAnew(kind, stored.item, current);
          if (isLost) await put(stored, kind, current);
          else if (kind === 'message' && current.id !== stored.item.id) counts.overtaken += 1;
          else if (kind === 'user' || kind === 'state') options.onKept(kind, stored.item, current);
        });
      },
      filter,
    );

  await pass((kind) => {
    counts.seen += 1;
    return kind !== 'never' && kind !== 'later';
  });
  await pass((kind) => kind === 'later', laterFilter);
  return counts;
}

/**
 * Whether people who went on after the loss have begun an item anew: a state counts from 1 again, a user's first request has created them, and a
 * reader has sealed the number of an entry that was lost. What they have done since stays beside what was lost. A user name that is somebody else's
 * by now stays theirs.
 */
function isBegunAnew(kind: RestoredKind, before: Item, current: Item): boolean {
  if (isSealed(current)) return !isSealed(before);
  if (kind === 'state') return Number(current.seq) < Number(before.seq);
  const isTheirs = current.sub === undefined || before.sub === undefined || current.sub === before.sub;
  return kind === 'user' && isTheirs && Number(current.created) > Number(before.created);
}
