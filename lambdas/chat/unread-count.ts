import type { Store } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { countMessages } from '../store/entry.ts';
import type { Cursor, Membership } from '../store/membership.ts';

/**
 * The messages behind a member's cursor, without cleared, deleted and sealed ones. The member's own are not among them, because sending moves
 * the cursor. The state and the membership are enough to compute it. Only if more messages were sealed or deleted behind the cursor than the
 * state remembers, the log itself is counted.
 */
export async function unreadCount(
  services: Store,
  state: ConversationState,
  { read, cleared }: Pick<Membership, 'read' | 'cleared'>,
): Promise<number> {
  const from: Cursor = cleared.seq > read.seq ? cleared : read;
  if (from.seq < state.uncountedFloor) return countMessages(services, state.conversation, from.seq + 1, state.seq);
  const uncounted = [...state.uncounted].filter((seq) => seq > from.seq).length;
  return Math.max(0, state.count - from.count - uncounted);
}
