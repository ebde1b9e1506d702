import type { Message } from '@parley/client';
import { signal } from '@preact/signals';
import { perConversation } from '../chat/per-conversation.ts';

/** What one writes is: an answer to a message, another text for a message of one's own, or, without either, a new message. */
export interface DraftMode {
  readonly replyTo?: Message;
  readonly editing?: Message;
}

/** @example draftModeOf(chat, conversation.id).value = { replyTo: message } */
export const draftModeOf = perConversation(() => signal<DraftMode>({}));
