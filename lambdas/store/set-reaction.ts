/**
 * Adding a reaction to a message's entry (entry.ts), or taking it back. One that was taken back stays as a mark for a while, so that an earlier
 * change that is applied late does not add it again. Only the newest marks are kept, or the entry would grow with everything that was ever
 * taken back: `dropped_to` is the highest number among those that were dropped. A change with a lower number, of a reaction without a mark, may
 * have been overtaken by a dropped one; the log tells.
 */
import type { Store } from '../runtime/services.ts';
import { type ChangeEntry, getEntries, type ReactionEntry, reactionName, reactionsOf } from './entry.ts';
import { type Item, type ItemUpdate, updateItemIf } from './item.ts';

/** How many marks a message has at most, how many of the newest are kept when there are more, and how many are dropped at once. */
const marks = { most: 20, kept: 10, atOnce: 50 };
/** So many entries of the log are read to find what overtook a change. One that is older than that was surely applied long ago. */
const entriesRead = 1_000;

type Update = ItemUpdate & { readonly ConditionExpression: string };

/** @param update of the message, on condition that it is one and that no later change of this reaction was applied */
export async function setReaction(
  { table }: Store,
  change: ReactionEntry,
  update: Update,
): Promise<{ readonly ok: boolean; readonly item: Item | undefined }> {
  const first = await updateItemIf(table, {
    ...update,
    ConditionExpression: `${update.ConditionExpression} AND (attribute_exists(#reaction) OR attribute_not_exists(dropped_to) OR dropped_to < :seq)`,
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':seq': change.seq },
  });
  const { ok, item } = first;
  if (ok && item) await dropMarks({ table }, update.Key, item);
  const droppedTo = droppedToOf(item);
  const isOvertaken =
    ok || droppedTo < change.seq || item?.[reactionName(change.emoji, change.user)] !== undefined || change.removed;
  if (isOvertaken || (await wasChangedLater({ table }, change, droppedTo))) return first;
  return updateItemIf(table, update);
}

function droppedToOf(item: Item | undefined): number {
  return typeof item?.dropped_to === 'number' ? item.dropped_to : 0;
}

async function wasChangedLater(
  store: Store,
  { conversation, seq, target, emoji, user }: ReactionEntry,
  droppedTo: number,
): Promise<boolean> {
  if (droppedTo > seq + entriesRead) return true;
  const isLater = (entry: ChangeEntry) =>
    entry.type === 'reaction' && entry.target === target && entry.emoji === emoji && entry.user === user;
  const entries = await getEntries(store, conversation, seq + 1, droppedTo);
  return entries.some((entry) => 'target' in entry && isLater(entry));
}

/** Drops the oldest marks if there are too many. If another change is faster, it does that, or the next one. */
async function dropMarks({ table }: Store, Key: ItemUpdate['Key'], item: Item): Promise<void> {
  const takenBack = reactionsOf(item).filter(({ stands }) => !stands);
  if (takenBack.length <= marks.most) return;
  const oldest = takenBack
    .sort((a, b) => a.since - b.since)
    .slice(0, -marks.kept)
    .slice(0, marks.atOnce);
  const droppedTo = Math.max(...oldest.map(({ since }) => since));
  await updateItemIf(table, {
    Key,
    UpdateExpression: `SET dropped_to = :to REMOVE ${oldest.map((_, index) => `#mark${index}`).join(', ')}`,
    ConditionExpression: [
      '(attribute_not_exists(dropped_to) OR dropped_to < :to)',
      ...oldest.map((_, index) => `#mark${index} = :mark${index}`),
    ].join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(
      oldest.map(({ emoji, user }, index) => [`#mark${index}`, reactionName(emoji, user)]),
    ),
    ExpressionAttributeValues: {
      ':to': droppedTo,
      ...Object.fromEntries(oldest.map(({ since }, index) => [`:mark${index}`, since * 2])),
    },
  });
}
