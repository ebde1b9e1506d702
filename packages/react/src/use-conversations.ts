import type { ConversationView } from '@parley/client';
import { useChat } from './chat-provider.ts';
import { useValue } from './use-value.ts';

/** The conversations of the user. */
export interface Inbox {
  /** Latest first. */
  readonly conversations: readonly ConversationView[];
  /** Unread messages in all of them together. */
  readonly unread: number;
}

const none: readonly ConversationView[] = [];

/** The inbox. */
export function useConversations(): Inbox {
  const chat = useChat();
  return {
    conversations: useValue(chat, ({ conversations }) => conversations, none),
    unread: useValue(chat, ({ unread }) => unread, 0),
  };
}
