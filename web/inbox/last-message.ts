import type { ConversationView, Message } from '@parley/client';
import { createLastMessages, type LastMessageStore, type LastMessages } from '@parley/client/last-messages';
import { type Signal, signal } from '@preact/signals';
import type { Messenger } from '../state/messenger.ts';
import { kept } from '../ui/storage.ts';

/** Characters; more than the beginning of a text that lists have. */
const maxText = 300;

const ofChat = new WeakMap<Messenger['chat'], { readonly messages: LastMessages; readonly changes: Signal<number> }>();

/** The last message of a conversation, whole; undefined until it has come. A component that calls this is rendered again then. */
export function lastMessageOf(
  { chat, me }: Pick<Messenger, 'chat' | 'me'>,
  view: ConversationView,
): Message | undefined {
  const { messages, changes } = ofChat.get(chat) ?? begin(chat, me);
  void changes.value;
  return messages.of(view);
}

function begin(chat: Messenger['chat'], me: string) {
  const made = { messages: createLastMessages(chat, keptFor(me)), changes: signal(0) };
  made.messages.subscribe(() => {
    made.changes.value++;
  });
  ofChat.set(chat, made);
  return made;
}

function keptFor(user: string): LastMessageStore {
  const key = `parley.last.${user}`;
  return {
    load() {
      try {
        const stored: unknown = JSON.parse(kept.getItem(key) ?? '[]');
        return Array.isArray(stored) ? stored : [];
      } catch {
        return [];
      }
    },
    save: (messages) => kept.setItem(key, JSON.stringify(messages.map(shortened))),
  };
}

/** What rows need of it: whole texts would take the room that drafts need, and the addresses of files work for an hour only. */
function shortened(message: Message): Message {
  const attachments = message.attachments.map((file) => ({ ...file, url: '' }));
  return { ...message, message: message.message.slice(0, maxText), attachments };
}
