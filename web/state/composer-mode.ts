import type { Message } from '@parley/client';
import { signal } from '@preact/signals';
import { perConversation } from './per-conversation.ts';

/** What the composer writes: a reply, a new text for one of the user's messages, or, with neither, a new message. */
export interface ComposerMode {
  readonly replyTo?: Message;
  readonly editing?: Message;
}

/** @example composerModeOf(chat, conversation.id).value = { replyTo: message } */
export const composerModeOf = perConversation(() => signal<ComposerMode>({}));
