import type { ConversationView, Message } from '@parley/client';
import { signal } from '@preact/signals';
import { loadLater } from '../load-later.ts';
import type { Messenger } from '../state/messenger.ts';
import type { lastMessageOf } from './last-message.ts';

const loaded = signal<typeof lastMessageOf>();
let isAsked = false;

/** The last message of a row, where the list does not tell enough of it: what kind of file it is, or whom it mentions. */
export function wholeMessage(messenger: Messenger, view: ConversationView): Message | undefined {
  const { message = '', content_type } = view.last_message ?? {};
  // Lists have no members of rooms and groups.
  if (message === '' ? content_type !== 'file' : view.members.length > 0 || !message.includes('@')) return undefined;
  if (!isAsked) {
    isAsked = true;
    loadLater().then(
      (chunk) => {
        loaded.value = chunk.lastMessageOf;
      },
      () => {
        isAsked = false;
      },
    );
  }
  return loaded.value?.(messenger, view);
}
