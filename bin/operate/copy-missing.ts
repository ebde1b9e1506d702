import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { laterFilter, type RestoredKind, restoredKind } from '#lambdas/store/restored-item';
import type { Operated } from './connect.ts';
import { eachPage, findItems, type Item, inParallel, keyOf, type StoredItem } from './scan.ts';

export interface CopyOptions {
  /** The restored table. */
  readonly from: string;
  /** Otherwise it is only counted. */
  readonly apply: boolean;
  /** Whether an item of kind `later` belongs to something that is there. */
  readonly stillHolds: (item: Item) => Promise<boolean>;
  /** Called with each item that was lost, after it was put back. */
  readonly onCopied: (item: Item, kind: RestoredKind) => void;
  /** Called with each user, and each state of a conversation, that is in both tables: as it was, and as it is. */
  readonly onKept: (kind: 'state' | 'user', before: Item, now: Item) => void;
}

export interface Copied {
  /** Items of the restored table. */
  seen: number;
  /** Those that were lost, and were put back. */
  copied: number;
  /** States of conversations that had been begun anew. */
  replaced: number;
}

/**
 * Puts back the items of the restored table that the stack's table has lost. Whatever is in the stack's table stays: it is newer. The one exception
 * is the state of a conversation that counts from the beginning again, because the real one was lost.
 *
 * Messages come before their changes, so that the table's stream finds the message of a change.
 */
export async function copyMissing({ dynamodb, outputs }: Operated, options: CopyOptions): Promise<Copied> {
  const counts: Copied = { seen: 0, copied: 0, replaced: 0 };
  const { TableName } = outputs;
  const now = Date.now();

  const put = async ({ item, attributes }: StoredItem, kind: RestoredKind, existing: Item | undefined) => {
    if (kind === 'later' && !(await options.stillHolds(item))) return;
    const done = !options.apply || (await putBack(attributes, existing));
    if (!done) return;
    if (existing) counts.replaced += 1;
    else counts.copied += 1;
    options.onCopied(item, kind);
  };
  /** @returns `false` when somebody has written it meanwhile */
  const putBack = async (attributes: StoredItem['attributes'], existing: Item | undefined): Promise<boolean> => {
    const condition = existing
      ? { ConditionExpression: 'seq = :seq', ExpressionAttributeValues: marshall({ ':seq': existing.seq }) }
      : { ConditionExpression: 'attribute_not_exists(pk)' };
    try {
      await dynamodb.send(new PutItemCommand({ TableName, Item: attributes, ...condition }));
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
          const isLost = !current || (kind === 'state' && isBegunAnew(stored.item, current));
          if (isLost) await put(stored, kind, current);
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

/** A state never counts back. */
function isBegunAnew(before: Item, current: Item): boolean {
  return Number(current.seq) < Number(before.seq);
}
