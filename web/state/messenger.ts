import {
  type Chat,
  type ConnectionState,
  type ConversationView,
  createChat,
  type OutboxItem,
  type Presence,
} from '@parley/client';
import type { FailedSends } from '@parley/client/failed-sends';
import { createFriends, type Friends } from '@parley/client/friends';
import { indexedDbOutbox } from '@parley/client/indexeddb';
import { createInvitations, type Invitations } from '@parley/client/invitations';
import { unreadTotal } from '@parley/client/settings';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Session } from '../session/session.ts';
import { earlyFetch, earlyWebSocket } from '../take-early.ts';
import { now } from '../ui/now.ts';
import { unkept } from '../ui/storage.ts';
import { hasUnkeptTexts } from './drafts.ts';
import { keepFailedSends } from './failed-sends.ts';
import { cacheInbox, readCachedInbox } from './inbox-cache.ts';
import { plainName } from './names.ts';
import { observed } from './observed.ts';
import { createProfiles } from './profiles.ts';
import { unsentFiles } from './unsent-files.ts';

/** The client of the signed-in user, as signals: a component that reads one is rendered again when it changes. */
export interface Messenger {
  readonly chat: Chat;
  /** The user name. */
  readonly me: string;
  readonly state: ReadonlySignal<ConnectionState>;
  /** The inbox, latest first. Until the server has sent it: as it was last seen on this device. */
  readonly conversations: ReadonlySignal<readonly ConversationView[]>;
  /** Has the server sent the whole inbox? */
  readonly loaded: ReadonlySignal<boolean>;
  /** Unread messages over all conversations. */
  readonly unread: ReadonlySignal<number>;
  /** ms; it changes each minute, so that mutes end on the page too. */
  readonly now: ReadonlySignal<number>;
  readonly failedSends: FailedSends;
  readonly friends: Friends;
  readonly invitations: Invitations;
  readonly profiles: ReturnType<typeof createProfiles>;
  presence(username: string): Presence | undefined;
  /** Names of the users who are typing in a conversation, open or not. */
  typing(id: string): readonly string[];
  /** What is waiting to be sent to a conversation, open or not. */
  pending(id: string): readonly OutboxItem[];
  /** How many messages and changes wait to be sent, over all conversations. */
  waiting(): number;
  /** Display name; until an answer or event has contained it, the user name. It is asked for if nothing else brings it. */
  nameOf(username: string): string;
  close(): void;
}

/** How long changes of the inbox are collected before they are stored. */
const cacheDelayMs = 1_000;

export function createMessenger(session: Session, me: string): Messenger {
  const chat = createChat({
    url: location.origin,
    getToken: session.token,
    outbox: indexedDbOutbox(me),
    fetch: earlyFetch,
    WebSocket: earlyWebSocket,
  });
  const failedSends = observed(keepFailedSends(chat, me));
  const state = signal(chat.state);
  let cached = readCachedInbox(me);
  const conversations = signal(cached);
  const loaded = signal(false);
  const unread = computed(() => unreadTotal(conversations.value, now.value));
  const changes = signal(0);
  const names = new Map<string, string>();
  // The user may have changed their name on another device.
  const profiles = createProfiles(chat, (one) => one.username === me && session.rename(one));
  const friends = observed(createFriends(chat, { onPerson: profiles.put }));
  const invitations = observed(createInvitations(chat));
  let saving: ReturnType<typeof setTimeout> | undefined;

  /** Reads the client again after each change. */
  const live =
    <Result>(read: (of: string) => Result) =>
    (of: string) => {
      void changes.value;
      return read(of);
    };

  function update(): void {
    const loadedViews = chat.conversations;
    const ids = new Set(loadedViews.map(({ id }) => id));
    conversations.value = [...loadedViews, ...cached.filter(({ id }) => !ids.has(id))];
    for (const { members } of loadedViews) for (const { username, name } of members) names.set(username, name);
    changes.value++;
  }

  function save(): void {
    clearTimeout(saving);
    saving = undefined;
    if (loaded.value) cacheInbox(me, conversations.value);
  }

  function complete(): void {
    cached = [];
    loaded.value = true;
    update();
    save();
  }

  const stops = [
    chat.onState((next) => {
      state.value = next;
    }),
    chat.subscribe(() => {
      update();
      saving ??= setTimeout(save, cacheDelayMs);
    }),
    chat.onEvent((event) => {
      if (event.type === 'profile_changed') profiles.put({ ...event.profile, online: true, last_seen: null });
      if (event.type === 'chat_message') names.set(event.from_user.username, event.from_user.name);
      // A long inbox does not fit one frame: the rest is loaded over HTTP. If that fails, the next connection tries again.
      if (event.type !== 'conversations') return;
      if (event.next === null) complete();
      else chat.loadConversations().then(complete, () => {});
    }),
  ];
  const waiting = () => conversations.value.reduce((sum, { id }) => sum + chat.pending(id).length, 0);
  /** The browser asks before what is not sent yet, and nothing keeps, ends with the page. */
  const askFirst = (event: Event) =>
    (unsentFiles(chat) > 0 || hasUnkeptTexts() || (unkept.size > 0 && waiting() > 0)) && event.preventDefault();
  addEventListener('pagehide', save);
  addEventListener('beforeunload', askFirst);

  return {
    chat,
    me,
    state,
    conversations,
    loaded,
    unread,
    now,
    failedSends,
    friends,
    invitations,
    profiles,
    typing: live(chat.typing),
    pending: live(chat.pending),
    waiting,
    presence: live(chat.presence),
    nameOf: (username) => names.get(username) ?? profiles.of(username)?.name ?? plainName(username),
    close() {
      removeEventListener('pagehide', save);
      removeEventListener('beforeunload', askFirst);
      for (const stop of stops) stop();
      for (const part of [failedSends, friends, invitations]) part.close();
      save();
      chat.close();
    },
  };
}
