/**
 * A change is applied to the message that it is about, so that history shows the message as it now is without reading on. Whatever order
 * changes are applied in, and however often, the one with the highest number holds.
 */
import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Services } from '../runtime/services.ts';
import { type ChangeEntry, type Entry, key, type MessageEntry, reactionName, reactionValue, toEntry } from './entry.ts';
import { conditional, type Item } from './item.ts';

/** What applying a change came to: done by this; done before; or of no effect, because a later change, or a deletion, was faster. */
export type Applied = 'now' | 'before' | 'never';

/**
 * Applies a change to its message, unless a later one was faster. Again: nothing changes.
 * @returns the message as it now is; `undefined` when the target is none any more
 */
export async function applyChange(
  { table }: Pick<Services, 'table'>,
  change: ChangeEntry,
): Promise<{ applied: Applied; message: MessageEntry | undefined }> {
  const write = await conditional(
    table.client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: key({ conversation: change.conversation, seq: change.target }),
        ...expressionOf(change),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ),
  );
  const item = write.ok ? write.answer.Attributes : write.item;
  const entry = item && toEntry(item);
  const applied = write.ok ? 'now' : item && isApplied(item, change) ? 'before' : 'never';
  return { applied, message: entry?.type === 'message' ? entry : undefined };
}

/** The message as an edit or deletion in the log will have made it, where that was not applied yet. */
export function withChange(message: MessageEntry, change: Entry): MessageEntry {
  if (message.deleted) return message;
  const changed = change.seq;
  if (change.type === 'delete') return { ...message, text: '', files: [], mentions: [], deleted: true, changed };
  if (change.type !== 'edit' || (message.changed ?? 0) >= changed) return message;
  const { text, mentions = [], at } = change;
  return { ...message, text, mentions, edited_at: at, changed };
}

/** Did this very change leave the message as it is? */
function isApplied(item: Item, change: ChangeEntry): boolean {
  if (change.type === 'reaction') return item[reactionName(change.emoji, change.user)] === reactionValue(change);
  return item.changed === change.seq;
}

/** Every condition names the type, because what retention has deleted must not come back as a fragment. */
function expressionOf(
  change: ChangeEntry,
): Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  const values = { ':message': 'message', ':seq': change.seq };
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
        UpdateExpression: 'SET #text = :text, mentions = :mentions, edited_at = :at, changed = :seq',
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
        UpdateExpression: 'SET #text = :none, files = :no_files, deleted = :yes, changed = :seq REMOVE mentions',
        // Deleted is deleted, also when an edit with a higher number was applied before.
        ConditionExpression: standing,
        ExpressionAttributeNames: { '#type': 'type', '#text': 'text' },
        ExpressionAttributeValues: { ...values, ':none': '', ':no_files': [], ':yes': true },
      };
  }
}
