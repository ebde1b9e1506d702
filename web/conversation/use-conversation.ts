import type { Conversation } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { createThread, type Thread } from './thread.ts';

export type Opened =
  | { readonly is: 'opening' }
  | { readonly is: 'open'; readonly thread: Thread }
  | { readonly is: 'refused'; readonly error: Error };

/** Each that is open is caught up with at every connection; who comes back to one of the latest finds it at once. */
const keptOpen = 8;
const recent: Conversation[] = [];

/** Opens a conversation; what changes in it is told by its signals. */
export function useConversation(name: string): Opened {
  const { chat, me, nameOf } = useMessenger();
  const [opened, setOpened] = useState<{ readonly name: string; readonly now: Opened }>();
  useEffect(() => {
    let wanted = true;
    let thread: Thread | undefined;
    const show = (now: Opened) => wanted && setOpened({ name, now });
    chat.open(name).then(
      async (conversation) => {
        noteOpened(conversation);
        if (!wanted) return;
        thread = createThread(chat, conversation, me, nameOf);
        // What cannot be loaded now is loaded by scrolling there.
        await thread.begin().catch(() => {});
        show({ is: 'open', thread });
      },
      (error: Error) => show({ is: 'refused', error }),
    );
    return () => {
      wanted = false;
      thread?.close();
    };
  }, [chat, me, nameOf, name]);
  return opened?.name === name ? opened.now : { is: 'opening' };
}

function noteOpened(conversation: Conversation): void {
  const at = recent.indexOf(conversation);
  if (at >= 0) recent.splice(at, 1);
  recent.unshift(conversation);
  for (const old of recent.splice(keptOpen)) old.close();
}
