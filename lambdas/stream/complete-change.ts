/**
 * An edit, deletion or reaction stands in the log. As a rule its writer has applied it to the message by now, and there is nothing to do; if
 * the writer died in between, it is applied here, and the members are told.
 */
import { parseConversation } from '#protocol/names';
import { applyToMessage, broadcastChange } from '../chat/change-message.ts';
import type { Services } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { type ChangeEntry, getEntry, type MessageEntry } from '../store/entry.ts';

export async function completeChange(services: Services, change: ChangeEntry): Promise<void> {
  const { conversation, target } = change;
  const standing = await getEntry(services, conversation, target);
  if (standing?.type !== 'message') return;
  if (isApplied(standing, change) && (await isShown(services, standing, change))) return;
  const { applied, message } = await applyToMessage(services, change);
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

/** Do lists and counts know of it, too? */
async function isShown(
  services: Pick<Services, 'table'>,
  { seq, changed = 0, deleted = false }: MessageEntry,
  { conversation, type }: ChangeEntry,
): Promise<boolean> {
  if (type === 'reaction') return true;
  const { last, uncounted, uncountedFloor } = await getConversationState(services, conversation);
  const isListed = last?.seq !== seq || (last.changed ?? 0) >= changed;
  const isCounted = !deleted || seq <= uncountedFloor || uncounted.has(seq);
  return isListed && isCounted;
}
