import type { Conversation, ConversationView } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';

/** The conversation as it now is, with all its members: the client loads a room's when it connects, and its log tells who came since. */
export function useView(conversation: Conversation): ConversationView {
  const { chat } = useMessenger();
  const [, setVersion] = useState(0);
  const [fresh, setFresh] = useState<ConversationView>();
  useEffect(() => conversation.subscribe(() => setVersion((version) => version + 1)), [conversation]);
  const { view, id, messages } = conversation;
  const lastChange = messages.findLast(({ content_type }) => content_type === 'system')?.seq ?? 0;
  useEffect(() => {
    if (view.kind !== 'room') return;
    let wanted = true;
    chat.request<ConversationView>('GET', `/conversations/${encodeURIComponent(id)}`).then(
      (loaded) => wanted && setFresh(loaded),
      // What the client holds is shown.
      () => {},
    );
    return () => {
      wanted = false;
    };
  }, [chat, id, view.kind, lastChange]);
  return fresh && fresh.seq >= view.seq ? fresh : view;
}
