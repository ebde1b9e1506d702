import {
  type Chat,
  type ConnectionState,
  type ConversationView,
  createChat,
  type OutboxItem,
  type Presence,
} from '@parley/client';
import { indexedDbOutbox } from '@parley/client/indexeddb';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { keepRefused } from '../composer/refused.ts';
import { type Blocks, createBlocks } from '../people/blocks.ts';
import { createFriends, type Friends } from '../people/friends.ts';
import { plainName } from '../people/names.ts';
import { createProfiles, type Profiles } from '../people/profiles.ts';
import type { Session } from '../session/session.ts';
import { keepInbox, keptInbox } from './kept-inbox.ts';

/** The client of one user as signals: what reads them while it renders is rendered again when they change. */
export interface Messenger {
  readonly chat: Chat;
  readonly me: string;
  readonly state: ReadonlySignal<ConnectionState>;
  /** The inbox, latest first; until the server has told it, as it was last seen on this device. */
  readonly conversations: ReadonlySignal<readonly ConversationView[]>;
  /** Has the server told the inbox? */
  readonly loaded: ReadonlySignal<boolean>;
  /** Unread messages over all conversations. */
  readonly unread: ReadonlySignal<number>;
  readonly friends: Friends;
  readonly blocks: Blocks;
  readonly profiles: Profiles;
  presence(username: string): Presence | undefined;
  /** User names of who types in a conversation, open or not. */
  typing(id: string): readonly string[];
  /** What waits to be sent to a conversation, open or not. */
  pending(id: string): readonly OutboxItem[];
  /** What somebody is called, as far as anything said it. */
  nameOf(username: string): string;
  close(): void;
}

/** ms in which changes of the inbox are kept together */
const together = 1_000;

export function createMessenger(session: Session, me: string): Messenger {
  const chat = createChat({ url: location.origin, getToken: session.token, outbox: indexedDbOutbox(me) });
  keepRefused(chat, me);
  const state = signal(chat.state);
  let kept = keptInbox(me);
  const conversations = signal(kept);
  const loaded = signal(false);
  const unread = computed(() => conversations.value.reduce((sum, { unread_count }) => sum + unread_count, 0));
  const changes = signal(0);
  const names = new Map<string, string>();
  const profiles = createProfiles(chat);
  const friends = createFriends(chat, me, profiles.put);
  const blocks = createBlocks(chat);
  let saving: ReturnType<typeof setTimeout> | undefined;

  function show(): void {
    const told = chat.conversations;
    const ids = new Set(told.map(({ id }) => id));
    conversations.value = [...told, ...kept.filter(({ id }) => !ids.has(id))];
    for (const { members } of told) for (const { username, name } of members) names.set(username, name);
    changes.value++;
  }

  function save(): void {
    clearTimeout(saving);
    saving = undefined;
    if (loaded.value) keepInbox(me, conversations.value);
  }

  function complete(): void {
    kept = [];
    loaded.value = true;
    show();
    save();
  }

  const stops = [
    chat.onState((next) => {
      state.value = next;
    }),
    chat.subscribe(() => {
      show();
      saving ??= setTimeout(save, together);
    }),
    chat.onEvent((event) => {
      friends.apply(event);
      if (event.type === 'chat_message') names.set(event.from_user.username, event.from_user.name);
      // The rest of a list that did not fit one frame. What fails now is tried again with the next connection.
      if (event.type !== 'conversations') return;
      if (event.next === null) complete();
      else chat.loadConversations().then(complete, () => {});
    }),
  ];
  addEventListener('pagehide', save);

  return {
    ...{ chat, me, state, conversations, loaded, unread, friends, blocks, profiles },
    typing(id) {
      void changes.value;
      return chat.typing(id);
    },
    pending(id) {
      void changes.value;
      return chat.pending(id);
    },
    presence(username) {
      void changes.value;
      return chat.presence(username);
    },
    nameOf: (username) => names.get(username) ?? plainName(username),
    close() {
      removeEventListener('pagehide', save);
      for (const stop of stops) stop();
      save();
      chat.close();
    },
  };
}
