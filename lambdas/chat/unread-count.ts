import type { Services } from '../runtime/services.ts';
import type { ConversationState } from '../store/conversation-state.ts';
import { countMessages } from '../store/entry.ts';
import type { Cursor, Membership } from '../store/membership.ts';

/**
 * Messages that a member has not read: those behind the cursor and behind what they have cleared away, without their own (whoever writes
 * has read), the deleted, and numbers that hold none. Computed from what is at hand; only when more numbers than the state remembers
 * were sealed or deleted behind the member's cursor, the log itself is counted.
 */
export async function unreadCount(
  services: Pick<Services, 'table'>,
  state: ConversationState,
  { read, cleared }: Pick<Membership, 'read' | 'cleared'>,
): Promise<number> {
  const from: Cursor = cleared.seq > read.seq ? cleared : read;
  if (from.seq < state.uncountedFloor) return countMessages(services, state.conversation, from.seq + 1, state.seq);
  const gone = [...state.uncounted].filter((seq) => seq > from.seq).length;
  return Math.max(0, state.count - from.count - gone);
}
