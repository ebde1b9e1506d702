/**
 * Uncounted numbers: they were counted as messages, and have no message to read, because they were sealed or the message was deleted. The
 * conversation state (conversation-state.ts) keeps the newest of them in its attribute `gone`.
 */
import type { Store } from '../runtime/services.ts';
import {
  type ConversationState,
  conversationStateKey,
  getConversationState,
  isNamed,
  toConversationState,
} from './conversation-state.ts';
import { type ItemUpdate, updateItem, updateItemIf } from './item.ts';

/**
 * How many numbers `gone` has at most, and how many of the newest are kept when it is full. Nearly every reader has read past the others.
 * Fewer where the state has little room, see named-sends.ts.
 */
const inRoom = { most: 60, kept: 30 };
const inNamed = { most: 12, kept: 6 };

/** Notes numbers that nobody has to read. Nothing changes for numbers that were noted before. */
export async function addUncounted({ table }: Store, conversation: string, numbers: readonly number[]): Promise<void> {
  const item = await updateItem(table, { ...uncountedUpdate(conversation, numbers), ReturnValues: 'ALL_NEW' });
  await trimTo({ table }, toConversationState(item));
}

/** The update that notes numbers, for a transaction. Then `trimIfMany`. */
export function uncountedUpdate(conversation: string, numbers: readonly number[]): ItemUpdate {
  return {
    Key: conversationStateKey(conversation),
    UpdateExpression: 'ADD gone :numbers',
    ExpressionAttributeValues: { ':numbers': new Set(numbers) },
  };
}

/** Drops the oldest numbers if there are too many. */
export async function trimIfMany({ table }: Store, conversation: string): Promise<void> {
  await trimTo({ table }, await getConversationState({ table }, conversation));
}

async function trimTo({ table }: Store, { conversation, uncounted: numbers }: ConversationState): Promise<void> {
  const { most, kept } = isNamed(conversation) ? inNamed : inRoom;
  const uncounted = [...numbers].sort((a, b) => a - b);
  const newestDropped = uncounted.at(-kept - 1);
  if (uncounted.length > most && newestDropped !== undefined) {
    await trimUncounted({ table }, conversation, newestDropped);
  }
}

/**
 * Drops the numbers up to `through`. From now on, unread messages of members who have not read this far are counted in the log.
 * @param more how many uncounted numbers up to there were never noted
 */
export async function trimUncounted({ table }: Store, conversation: string, through: number, more = 0): Promise<void> {
  const { uncounted, uncountedFloor, trimmedCount } = await getConversationState({ table }, conversation);
  const oldest = [...uncounted].filter((seq) => seq <= through);
  if (through <= uncountedFloor && oldest.length === 0) return;
  await updateItemIf(table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: `SET gone_from = :from, forgotten = :forgotten${oldest.length > 0 ? ' DELETE gone :oldest' : ''}`,
    // If several do this at once, one succeeds. The others have nothing left to do, or the next call does it.
    ConditionExpression: uncountedFloor === 0 ? 'attribute_not_exists(gone_from)' : 'gone_from = :earlier',
    ExpressionAttributeValues: {
      ':from': Math.max(uncountedFloor, through),
      ':forgotten': trimmedCount + oldest.length + more,
      ':oldest': oldest.length > 0 ? new Set(oldest) : undefined,
      ':earlier': uncountedFloor === 0 ? undefined : uncountedFloor,
    },
  });
}
