import type { ConversationView, Message } from '@parley/client';
import { createLastMessages, type LastMessages } from '@parley/client/last-messages';
import { type Signal, signal } from '@preact/signals';
import type { Messenger } from '../state/messenger.ts';

const ofChat = new WeakMap<Messenger['chat'], { readonly messages: LastMessages; readonly changes: Signal<number> }>();

/** The last message of a conversation, whole; undefined until it has come. A component that calls this is rendered again then. */
export function lastMessageOf({ chat }: Pick<Messenger, 'chat'>, view: ConversationView): Message | undefined {
  const { messages, changes } = ofChat.get(chat) ?? begin(chat);
  void changes.value;
  return messages.of(view);
}

function begin(chat: Messenger['chat']) {
  const made = { messages: createLastMessages(chat), changes: signal(0) };
  made.messages.subscribe(() => {
    made.changes.value++;
  });
  ofChat.set(chat, made);
  return made;
}
