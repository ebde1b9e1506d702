/**
 * Applying a change to its message (entry.ts), so that history shows the message as it is now without reading on. Changes may be applied in
 * any order and more than once: the one with the highest number holds.
 */
import type { Store } from '../runtime/services.ts';
import {
  type ChangeEntry,
  type Entry,
  entryKey,
  type MessageEntry,
  reactionName,
  reactionValue,
  toEntry,
} from './entry.ts';
import { type Item, type ItemUpdate, updateItemIf } from './item.ts';
import { setReaction } from './set-reaction.ts';

/** `now`: this call applied the change. `before`: it was applied already. `never`: a later change or a deletion has overtaken it. */
export type Applied = 'now' | 'before' | 'never';

/**
 * Applies a change to its message, unless a later one was faster. Nothing changes when it was applied before.
 * @param sent the fingerprint of what was sent, which the first edit or deletion leaves
 * @returns the message as it is now; `undefined` when there is no such message any more
 */
export async function applyChange(
  { table }: Store,
  change: ChangeEntry,
  sent?: string,
): Promise<{ applied: Applied; message: MessageEntry | undefined }> {
  const key = entryKey({ conversation: change.conversation, seq: change.target });
  const update = { Key: key, ...expressionOf(change, sent), ReturnValues: 'ALL_NEW' as const };
  const { ok, item } =
    change.type === 'reaction' ? await setReaction({ table }, change, update) : await updateItemIf(table, update);
  const entry = item && toEntry(item);
  const applied = ok ? 'now' : item && isApplied(item, change) ? 'before' : 'never';
  return { applied, message: entry?.type === 'message' ? entry : undefined };
}

/** Removes the text from the entry of an edit, because its author wants nothing of theirs to stay. */
export async function clearEdit({ table }: Store, edit: Extract<ChangeEntry, { type: 'edit' }>): Promise<void> {
  await updateItemIf(table, {
    Key: entryKey(edit),
    UpdateExpression: 'SET #text = :none REMOVE mentions',
    ConditionExpression: '#type = :edit',
    ExpressionAttributeNames: { '#type': 'type', '#text': 'text' },
    ExpressionAttributeValues: { ':edit': 'edit', ':none': '' },
  });
}

/** The message as it will be when an edit or deletion from the log has been applied. */
export function withChange(message: MessageEntry, change: Entry): MessageEntry {
  if (message.deleted) return message;
  const changed = change.seq;
  if (change.type === 'delete') return { ...message, text: '', files: [], mentions: [], deleted: true, changed };
  if (change.type !== 'edit' || (message.changed ?? 0) >= changed) return message;
  const { text, mentions = [], at } = change;
  return { ...message, text, mentions, edited_at: at, changed };
}

/** Whether this change is the one that holds. */
function isApplied(item: Item, change: ChangeEntry): boolean {
  if (change.type === 'reaction') return item[reactionName(change.emoji, change.user)] === reactionValue(change);
  return item.changed === change.seq;
}

/** Every condition names the type, so that a message that retention has deleted does not come back as a fragment. */
function expressionOf(
  change: ChangeEntry,
  sent: string | undefined,
): Omit<ItemUpdate, 'Key' | 'ConditionExpression'> & { readonly ConditionExpression: string } {
  const values = { ':message': 'message', ':seq': change.seq, ':sent': sent };
  const keep = sent === undefined ? '' : ', sent = if_not_exists(sent, :sent)';
  const standing = '#type = :message AND attribute_not_exists(deleted)';
  switch (change.type) {
    case 'reaction':
      return {
        UpdateExpression: 'SET #reaction = :value',
        ConditionExpression: `${standing} AND (attribute_not_exists(#reaction) OR #reaction < :value)`,
        ExpressionAttributeNames: { '#type': 'type', '#reaction': reactionName(change.emoji, change.user) },
        ExpressionAttributeValues: { ':message': 'message', ':value': reactionValue(change) },
      };
    case 'edit':
      return {
        UpdateExpression: `SET #text = :text, mentions = :mentions, edited_at = :at, changed = :seq${keep}`,
        ConditionExpression: `${standing} AND (attribute_not_exists(changed) OR changed < :seq)`,
        ExpressionAttributeNames: { '#type': 'type', '#text': 'text' },
        ExpressionAttributeValues: {
          ...values,
          ':text': change.text,
          ':mentions': change.mentions ?? [],
          ':at': change.at,
        },
      };
    case 'delete':
      return {
        UpdateExpression: `SET #text = :none, files = :no_files, deleted = :yes, changed = :seq${keep} REMOVE mentions`,
        // A deletion holds even if an edit with a higher number was applied before.
        ConditionExpression: standing,
        ExpressionAttributeNames: { '#type': 'type', '#text': 'text' },
        ExpressionAttributeValues: { ...values, ':none': '', ':no_files': [], ':yes': true },
      };
  }
}
