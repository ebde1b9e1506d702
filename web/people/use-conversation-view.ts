import type { Conversation, ConversationView } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';

/**
 * The conversation's view, with all members. The client loads the members of a room only when it connects, so a room's view is loaded again
 * after each system message, which may be about a member who has joined.
 */
export function useConversationView(conversation: Conversation): ConversationView {
  const [, setVersion] = useState(0);
  useEffect(() => conversation.subscribe(() => setVersion((version) => version + 1)), [conversation]);
  const { view, messages } = conversation;
  // The view of a large room has no members, and the client keeps its counts.
  const isRoom = view.kind === 'room' && view.online === undefined;
  const lastChange = messages.findLast(({ content_type }) => content_type === 'system')?.seq ?? 0;
  useEffect(() => {
    if (isRoom) void conversation.reload();
  }, [conversation, isRoom, lastChange]);
  return view;
}
