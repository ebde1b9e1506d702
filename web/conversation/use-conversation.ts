import type { Chat, Conversation } from '@parley/client';
import { useEffect, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { createThread, type Thread } from './thread.ts';

export type OpenedConversation =
  | { readonly status: 'opening' }
  | { readonly status: 'open'; readonly thread: Thread }
  | { readonly status: 'failed'; readonly error: Error };

/** The latest conversations stay open, so that going back to one is immediate. Not all, because each costs a request at every connection. */
const maxOpen = 8;
const recentOf = new WeakMap<Chat, Conversation[]>();

/**
 * Opens a conversation, and keeps its thread until another name is given.
 * @param seq the message to begin at; by default the first unread one, or where the user has left
 */
export function useConversation(name: string, seq?: number): OpenedConversation {
  const { chat, me, nameOf } = useMessenger();
  const [opened, setOpened] = useState<{ readonly name: string; readonly result: OpenedConversation }>();
  useEffect(() => {
    let mounted = true;
    let thread: Thread | undefined;
    const show = (result: OpenedConversation) => mounted && setOpened({ name, result });
    chat.open(name).then(
      async (conversation) => {
        keepOpen(chat, conversation);
        if (!mounted) return;
        thread = createThread(chat, conversation, me, nameOf);
        // If this fails, the messages are loaded when the user scrolls to them.
        await (seq === undefined ? thread.goToStart() : thread.goTo(seq)).catch(() => {});
        show({ status: 'open', thread });
      },
      (error: Error) => show({ status: 'failed', error }),
    );
    return () => {
      mounted = false;
      thread?.close();
    };
  }, [chat, me, nameOf, name]);
  return opened?.name === name ? opened.result : { status: 'opening' };
}

function keepOpen(chat: Chat, conversation: Conversation): void {
  const recent = recentOf.get(chat) ?? [];
  recentOf.set(chat, recent);
  const index = recent.indexOf(conversation);
  if (index >= 0) recent.splice(index, 1);
  recent.unshift(conversation);
  for (const old of recent.splice(maxOpen)) old.close();
}
