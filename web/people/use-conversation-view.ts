import type { Conversation, ConversationView } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { pathOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';

/**
 * The conversation's view, with all members. The client loads the members of a room only when it connects, so a room's view is loaded again
 * after each system message, which may be about a member who has joined.
 */
export function useConversationView(conversation: Conversation): ConversationView {
  const { chat } = useMessenger();
  const [, setVersion] = useState(0);
  const [loaded, setLoaded] = useState<ConversationView>();
  useEffect(() => conversation.subscribe(() => setVersion((version) => version + 1)), [conversation]);
  const { view, id, messages } = conversation;
  // The view of a large room has no members, and the client keeps its counts.
  const isLarge = view.online !== undefined;
  const lastChange = messages.findLast(({ content_type }) => content_type === 'system')?.seq ?? 0;
  useEffect(() => {
    if (view.kind !== 'room' || isLarge) return;
    let mounted = true;
    chat.request<ConversationView>('GET', pathOf(id)).then(
      (answer) => mounted && setLoaded(answer),
      // The client's own view is shown.
      () => {},
    );
    return () => {
      mounted = false;
    };
  }, [chat, id, view.kind, isLarge, lastChange]);
  return loaded && !isLarge && loaded.seq >= view.seq ? loaded : view;
}
