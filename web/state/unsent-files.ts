import type { Chat } from '@parley/client';
import { signal } from '@preact/signals';
import { perConversation } from './per-conversation.ts';

/** How many files the message that is being written has. They end with the page. */
export const fileCountOf = perConversation(() => signal(0));

/** In the place of a conversation: it counts the messages that are forwarded to one that cannot be opened yet. They end with the page as well. */
export const forwarding = 'forwarding';

/** Over all conversations. */
export function unsentFiles(chat: Chat): number {
  return fileCountOf.all(chat).reduce((sum, count) => sum + count.value, 0);
}
