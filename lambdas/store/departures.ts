/** Who left a conversation a moment ago, in its state (conversation-state.ts), when no entry of the log says it. One write unit. */
import type { TimedStore } from '../runtime/services.ts';
import { conversationStateKey, leftPrefix } from './conversation-state.ts';
import { updateItem } from './item.ts';

const emptyLog = 'seq = if_not_exists(seq, :zero), #count = if_not_exists(#count, :zero)';

/** Notes that this user has left, and forgets the departures of others. @param forget users who left long ago, or who are back */
export async function noteDepartures(
  { table, now }: TimedStore,
  conversation: string,
  { left, forget }: { readonly left: string | undefined; readonly forget: readonly string[] },
): Promise<void> {
  const forgotten = [...new Set(forget)].filter((name) => name !== left);
  if (left === undefined && forgotten.length === 0) return;
  // Two paths of one expression must not overlap, and DynamoDB refuses names that no expression uses.
  await updateItem(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: [
      `SET ${emptyLog}, #at = if_not_exists(#at, :zero)${left === undefined ? '' : ', #left = :now'}`,
      forgotten.length === 0 ? '' : `REMOVE ${forgotten.map((_, index) => `#forgotten${index}`).join(', ')}`,
    ]
      .join(' ')
      .trim(),
    ExpressionAttributeNames: {
      '#count': 'count',
      '#at': 'at',
      ...(left === undefined ? {} : { '#left': leftPrefix + left }),
      ...Object.fromEntries(forgotten.map((name, index) => [`#forgotten${index}`, leftPrefix + name])),
    },
    ExpressionAttributeValues: { ':zero': 0, ':now': left === undefined ? undefined : now() },
  });
}
