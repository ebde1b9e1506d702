import type { Chat, Conversation, ConversationView, Message } from '@parley/client';
import { createSettings, markedFrom } from '@parley/client/settings';
import { type MessageWindow, openWindow, type PendingMessage } from '@parley/client/window';
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { keptPlaceOf } from './kept-place.ts';
import type { Anchor } from './visible-rows.ts';

/** A message to scroll to. */
interface Target {
  readonly seq: number;
  readonly focus: boolean;
}

/** The messages that the user has selected. */
export interface Selection {
  readonly seqs: ReadonlySet<number>;
  /** The one that was pressed last: Shift selects all from there on. */
  readonly last: number;
}

import { readWith } from '../state/observed.ts';

/** The client's window on a conversation, as signals. */
export interface Thread {
  readonly chat: Chat;
  readonly me: string;
  /** Its properties are read like signals. */
  readonly conversation: Conversation;
  /** As in the conversation's view; it never changes. */
  readonly kind: ConversationView['kind'];
  /** By `seq`, without gaps, with the pending changes applied. */
  readonly messages: ReadonlySignal<readonly Message[]>;
  /** The user's new messages that are waiting to be sent. */
  readonly pending: ReadonlySignal<readonly PendingMessage[]>;
  /** Which of the user's messages are delivered and read. */
  readonly receipts: ReadonlySignal<MessageWindow['receipts']>;
  /** Counts all changes of the conversation: receipts, typing, the read position and so on. */
  readonly changes: ReadonlySignal<number>;
  /** Is the last of `messages` the newest of the conversation? */
  readonly atNewest: ReadonlySignal<boolean>;
  readonly hasOlder: ReadonlySignal<boolean>;
  /** The message to scroll to; a new object each time. */
  readonly target: ReadonlySignal<Target | undefined>;
  /** Undefined while messages cannot be selected. */
  readonly selected: Signal<Selection | undefined>;
  readonly receiptsOf: MessageWindow['receiptsOf'];
  /** As in the client: pages of a search, one message again. */
  readonly search: MessageWindow['search'];
  readonly load: MessageWindow['load'];
  /** What is unread begins behind this number: at the cursor, or at the place that the user has marked. As it was when the thread was opened. */
  readonly unreadAfter: number;
  /** The user sees the messages up to this one, by default all. What they had marked as unread is read then. */
  read(upTo?: number): void;
  /** Where the user has left it the last time, if not at its end. */
  readonly place: Anchor | undefined;
  /** What the user is reading stays, also when so much comes that the client forgets it. */
  leaveAt(place: Anchor | undefined): void;
  /** Loads the messages at `place`, else the first unread ones, if they are older than those that are there. @throws ParleyError */
  goToStart(): Promise<void>;
  /** Adds a page to `messages`. Does nothing while another page is loading. @throws ParleyError */
  loadOlder(): Promise<void>;
  /** The same at the other end. */
  loadNewer(): Promise<void>;
  /**
   * Scrolls to a message, or to the next one if it does not exist any more.
   * @param options.focus whether its row gets the focus; default: true
   * @returns the `seq` of the row; undefined if there are no messages. @throws ParleyError
   */
  goTo(seq: number, options?: { readonly focus?: boolean }): Promise<number | undefined>;
  /** Shows the newest messages again. */
  goToNewest(): void;
  /** The message that a reply refers to: undefined until it is loaded, null if it does not exist any more. */
  quoted(seq: number): Message | null | undefined;
  /** Display name, if it is known; else the user name. */
  nameOf(username: string): string;
  close(): void;
}

export function createThread(
  chat: Chat,
  conversation: Conversation,
  me: string,
  nameOf: (username: string) => string,
): Thread {
  const view = openWindow(chat, conversation);
  const changes = signal(0);
  const target = signal<Target | undefined>(undefined);
  const marked = markedFrom(chat.conversations.find(({ id }) => id === conversation.id) ?? conversation.view);
  let isMarked = marked !== undefined;
  const unreadAfter = Math.min(conversation.readUpTo, (marked ?? Number.POSITIVE_INFINITY) - 1);
  const kept = keptPlaceOf(chat, conversation.id);
  const { anchor: place } = kept;
  const quotes = new Map<number, Signal<Message | null | undefined>>();

  /** Read again after each change; what depends on it is made again if it is another object. */
  const live = <Value>(read: () => Value) =>
    computed(() => {
      void changes.value;
      return read();
    });
  const messages = live(() => view.messages);
  const members = live(() => conversation.view.members);
  const bySeq = computed(() => new Map(messages.value.map((message) => [message.seq, message])));
  const names = computed(() => new Map(members.value.map(({ username, name }) => [username, name])));
  const stop = view.subscribe(() => {
    changes.value++;
  });

  return {
    chat,
    me,
    conversation: readWith(conversation, changes),
    kind: conversation.view.kind,
    messages,
    pending: live(() => view.pending),
    receipts: live(() => view.receipts),
    changes,
    hasOlder: live(() => view.hasOlder),
    target,
    atNewest: live(() => view.atNewest),
    selected: signal(undefined),
    receiptsOf: view.receiptsOf,
    search: view.search,
    load: view.load,
    unreadAfter,
    read(upTo) {
      conversation.read(upTo);
      if (!isMarked) return;
      isMarked = false;
      createSettings(chat)
        .change(conversation.id, { unread_from: null })
        .catch(() => {
          isMarked = true;
        });
    },
    place,
    leaveAt(anchor) {
      kept.anchor = anchor;
      view.keep(anchor?.seq);
    },
    async goToStart() {
      if (place) await view.goTo(place.seq);
      else await view.goToFirstUnread(unreadAfter);
    },
    loadOlder: view.loadOlder,
    loadNewer: view.loadNewer,
    async goTo(seq, { focus = true } = {}) {
      const found = await view.goTo(seq);
      if (found !== undefined) target.value = { seq: found, focus };
      return found;
    },
    goToNewest: view.goToNewest,
    quoted(seq) {
      const message = bySeq.value.get(seq);
      if (message) return message;
      const requested = quotes.get(seq);
      if (requested) return requested.value;
      const answer = signal<Message | null | undefined>(undefined);
      quotes.set(seq, answer);
      const load = () => {
        view.load(seq).then(
          (found) => {
            answer.value = found ?? null;
          },
          () => addEventListener('online', load, { once: true }),
        );
      };
      load();
      return undefined;
    },
    nameOf: (username) => names.value.get(username) ?? nameOf(username),
    close() {
      stop();
      view.close();
    },
  };
}
