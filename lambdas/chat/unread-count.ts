import type { Store } from '../runtime/services.ts';
import type { ConversationState, Cursor } from '../store/conversation-state.ts';
import { countMessages } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
import { uncountedAfter } from '../store/uncounted.ts';

/** Up to where the others know that a member has read: what they marked as read, or their own newest message. The state of a room or group has no cursors. */
export function readCursor(
  { cursors }: Pick<ConversationState, 'cursors'>,
  { username, read }: Pick<Membership, 'username' | 'read'>,
): Cursor {
  const own = cursors.get(username);
  return own && own.seq > read.seq ? own : read;
}

/** Up to where a member has read for themselves: also what they have hidden, of which the others do not know. */
export function ownCursor(
  state: Pick<ConversationState, 'cursors'>,
  membership: Pick<Membership, 'username' | 'read' | 'seen'>,
): Cursor {
  const read = readCursor(state, membership);
  return membership.seen.seq > read.seq ? membership.seen : read;
}

type Counted = Pick<Membership, 'username' | 'read' | 'cleared' | 'seen' | 'settings'>;

/** From where on a member has marked the conversation as unread. The mark ends when they read on, write, or clear what it marks. */
export function markOf(state: Pick<ConversationState, 'cursors'>, membership: Counted): Membership['settings']['mark'] {
  const { mark } = membership.settings;
  if (!mark) return undefined;
  const own = ownCursor(state, membership).seq;
  return own > mark.read || membership.cleared.seq >= own ? undefined : mark;
}

/**
 * The messages behind a member's cursor, without cleared, deleted and sealed ones. The member's own are not among them, because sending moves
 * the cursor. The state and the membership are enough to compute it, unless more messages were sealed or deleted behind the cursor than the
 * state has room for. Only where a state from before has forgotten numbers behind the cursor, the log itself is counted.
 * What is marked as unread counts from there, and as one at least.
 */
export async function unreadCount(services: Store, state: ConversationState, membership: Counted): Promise<number> {
  const { cleared } = membership;
  const mark = markOf(state, membership);
  const read = mark ?? ownCursor(state, membership);
  const from: Cursor = cleared.seq > read.seq ? cleared : read;
  if (from.seq < state.uncountedFloor) return countMessages(services, state.conversation, from.seq + 1, state.seq);
  const uncounted = await uncountedAfter(services, state, from.seq);
  return Math.max(mark ? 1 : 0, state.count - from.count - uncounted.size);
}
