/**
 * A change is in the log. Usually its writer has applied it to the message by now. If the writer died in between, it is applied here, and the
 * members hear of it.
 */
import { parseConversation } from '#protocol/names';
import { applyToMessage, broadcastChange } from '../chat/change-message.ts';
import type { Services, Store } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { type ChangeEntry, getEntry, type MessageEntry } from '../store/entry.ts';
import { uncountedAfter } from '../store/uncounted.ts';

export async function completeChange(services: Services, change: ChangeEntry): Promise<void> {
  const { conversation, target } = change;
  const entry = await getEntry(services, conversation, target);
  if (entry?.type !== 'message') return;
  if (isApplied(entry, change) && (await isInState(services, entry, change))) return;
  const { applied, message } = await applyToMessage(services, change, entry);
  if (applied === 'now' && message) await broadcastChange(services, parseConversation(conversation), change, message);
}

function isApplied({ deleted = false, changed = 0, reactions }: MessageEntry, change: ChangeEntry): boolean {
  if (deleted) return true;
  if (change.type === 'delete') return false;
  if (change.type === 'edit') return changed >= change.seq;
  const { user, emoji, removed } = change;
  const reaction = reactions.find((other) => other.user === user && other.emoji === emoji);
  return reaction !== undefined && reaction.stands === !removed;
}

/** Has the conversation's state the change too: in the last message, and in the counts? */
async function isInState(
  services: Store,
  { seq, changed = 0, deleted = false }: MessageEntry,
  { conversation, type }: ChangeEntry,
): Promise<boolean> {
  if (type === 'reaction') return true;
  const state = await getConversationState(services, conversation);
  const isLastCurrent = state.last?.seq !== seq || (state.last.changed ?? 0) >= changed;
  if (!isLastCurrent || !deleted || seq <= state.uncountedFloor || state.uncounted.has(seq)) return isLastCurrent;
  return (await uncountedAfter(services, state, seq - 1)).has(seq);
}
