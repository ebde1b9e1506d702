/**
 * Letting a conversation go on whose state is older than its log, because the state was lost and an earlier one was put back (bin/restore.ts). It
 * writes the conversation state (conversation-state.ts) and reads the log's entries (entry.ts).
 */
import type { Store } from '../runtime/services.ts';
import { conversationStateKey, getConversationState, previewOf } from './conversation-state.ts';
import { type Entry, getEntries, type MessageEntry } from './entry.ts';
import { updateItemIf } from './item.ts';
import { segmentOf } from './keys.ts';

/**
 * Moves the state behind every number that was ever given: behind the entries that the log has, and some numbers further, because messages of the
 * last moment may be lost. A client that has one of them would not show another message under its number. Numbers that are left out are sealed by
 * their first reader, like those of a sender that died.
 * @param skip how many numbers are left out
 * @returns the entries of the log that the state did not know
 */
export async function raiseState(services: Store, conversation: string, skip: number): Promise<readonly Entry[]> {
  const state = await getConversationState(services, conversation);
  const later = await entriesAfter(services, conversation, state.seq);
  // Nothing was ever said: lists must not show it.
  if (state.seq === 0 && later.length === 0) return later;
  const messages = later.filter((entry) => entry.type === 'message');
  const newest = messages.at(-1);
  const counted = later.findLast((entry) => 'count' in entry);
  const highest = later.at(-1)?.seq ?? state.seq;
  const last = newest && lastOf(newest);
  await updateItemIf(services.table, {
    Key: conversationStateKey(conversation),
    UpdateExpression: `SET seq = :seq, #count = :count${last ? ', last_seq = :last_seq, #last = :last' : ''}`,
    ConditionExpression: 'seq = :before',
    ExpressionAttributeNames: { '#count': 'count', ...(last && { '#last': 'last' }) },
    ExpressionAttributeValues: {
      ':seq': highest + skip,
      ':before': state.seq,
      ':count': counted && 'count' in counted ? Math.max(counted.count, state.count) : state.count,
      ':last_seq': newest?.seq,
      ':last': last,
    },
  });
  return later;
}

/** Shows a message that is there again as the newest, unless a newer one is shown. */
export async function showAgain({ table }: Store, message: MessageEntry): Promise<void> {
  await updateItemIf(table, {
    Key: conversationStateKey(message.conversation),
    UpdateExpression: 'SET last_seq = :seq, #last = :last',
    ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(last_seq) OR last_seq < :seq)',
    ExpressionAttributeNames: { '#last': 'last' },
    ExpressionAttributeValues: { ':seq': message.seq, ':last': lastOf(message) },
  });
}

/** A message as lists show it. */
function lastOf({ conversation, text, user, content_type, at, changed, deleted }: MessageEntry) {
  const shown = { user, text: previewOf(conversation, text), content_type, at, changed, deleted };
  return Object.fromEntries(Object.entries(shown).filter(([, value]) => value !== undefined));
}

/** The entries behind a number, up to the end of the log. */
export async function entriesAfter(services: Store, conversation: string, seq: number): Promise<Entry[]> {
  const found: Entry[] = [];
  let first = seq + 1;
  // Entries may be lost, but hardly a whole segment of them in front of others.
  for (let empty = 0; empty < 2; ) {
    const end = (segmentOf(first) + 1) * 1_000 - 1;
    const entries = await getEntries(services, conversation, first, end);
    found.push(...entries);
    empty = entries.length === 0 ? empty + 1 : 0;
    first = end + 1;
  }
  return found;
}
