import { type ReadonlySignal, signal } from '@preact/signals';
import {
  type Chat,
  type ConnectionState,
  type ConversationView,
  createChat,
  type Presence,
} from '../../client/index.ts';
import { indexedDbOutbox } from '../../client/indexeddb.ts';
import type { Session } from '../session/session.ts';

/** The client of one user as signals: what reads them while it renders is rendered again when they change. */
export interface Messenger {
  readonly chat: Chat;
  readonly me: string;
  readonly state: ReadonlySignal<ConnectionState>;
  /** The inbox, latest first. */
  readonly conversations: ReadonlySignal<readonly ConversationView[]>;
  /** Unread messages over all conversations. */
  readonly unread: ReadonlySignal<number>;
  presence(username: string): Presence | undefined;
  close(): void;
}

export function createMessenger(session: Session, me: string): Messenger {
  const chat = createChat({ url: location.origin, getToken: session.token, outbox: indexedDbOutbox(me) });
  const state = signal(chat.state);
  const conversations = signal(chat.conversations);
  const unread = signal(chat.unread);
  const changes = signal(0);
  const stops = [
    chat.onState((next) => {
      state.value = next;
    }),
    chat.onChange(() => {
      conversations.value = chat.conversations;
      unread.value = chat.unread;
      changes.value++;
    }),
  ];
  return {
    ...{ chat, me, state, conversations, unread },
    presence(username) {
      void changes.value;
      return chat.presence(username);
    },
    close() {
      for (const stop of stops) stop();
      chat.close();
    },
  };
}
