import type { LastMessage } from '../store/conversation-state.ts';
import type { MessageEntry } from '../store/entry.ts';

/** The newest message of a conversation with its number, as lists show it. */
export type Last = LastMessage & { readonly seq: number };

/** A message as lists show it. */
export function lastOf({ seq, user, text, content_type, at, deleted, changed }: MessageEntry): Last {
  return { seq, user, text, content_type, at, deleted, changed };
}
