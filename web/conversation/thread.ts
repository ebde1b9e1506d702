import type { Chat, Conversation, Message, OutboxItem } from '@parley/client';
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { applyToHistory, type HistoryWindow, historyWindow, joinHistory } from './history-window.ts';
import { loadMessage, loadPage } from './load-messages.ts';
import { optimisticMessages } from './optimistic.ts';
import { type ReceiptSeqs, receiptSeqs } from './receipts.ts';

/** The messages of a conversation that are shown: the newest ones or, after a jump, those around an older one. */
export interface Thread {
  readonly chat: Chat;
  readonly me: string;
  readonly conversation: Conversation;
  /** By `seq`, without gaps, with the pending changes applied. */
  readonly messages: ReadonlySignal<readonly Message[]>;
  /** The user's new messages that are waiting to be sent. */
  readonly pending: ReadonlySignal<readonly OutboxItem[]>;
  /** Which of the user's messages are delivered and read. */
  readonly receipts: ReadonlySignal<ReceiptSeqs>;
  /** Counts all changes of the conversation: receipts, typing, the read position and so on. */
  readonly changes: ReadonlySignal<number>;
  /** Is the last of `messages` the newest of the conversation? */
  readonly atNewest: ReadonlySignal<boolean>;
  readonly hasOlder: ReadonlySignal<boolean>;
  /** The message to scroll to; a new object each time. */
  readonly target: ReadonlySignal<{ readonly seq: number } | undefined>;
  /** Loads the first unread messages, if they are older than those that the client holds. @throws ParleyError */
  showFirstUnread(): Promise<void>;
  /** Adds a page to `messages`. Does nothing while another page is loading. @throws ParleyError */
  loadOlder(): Promise<void>;
  /** The same at the other end. */
  loadNewer(): Promise<void>;
  /** Scrolls to a message, or to the next one if it does not exist any more. @throws ParleyError */
  goTo(seq: number): Promise<void>;
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
  const { id } = conversation;
  const live = signal(conversation.messages);
  const outbox = signal(conversation.pending);
  const members = signal(conversation.view.members);
  const changes = signal(0);
  const history = signal<HistoryWindow | undefined>(undefined);
  const target = signal<{ readonly seq: number } | undefined>(undefined);
  const quotes = new Map<number, Signal<Message | null | undefined>>();
  let loading = false;

  const loaded = computed(() => joinHistory(history.value, live.value));
  const messages = computed(() => optimisticMessages(loaded.value, outbox.value, me));
  const bySeq = computed(() => new Map(messages.value.map((message) => [message.seq, message])));
  const pending = computed(() => {
    const creates = outbox.value.filter(({ action }) => action.type === 'create');
    if (creates.length === 0) return noItems;
    const stored = new Set(live.value.slice(-50).map(({ client_id }) => client_id));
    return creates.filter(({ client_id }) => !stored.has(client_id));
  });
  const names = computed(() => new Map(members.value.map(({ username, name }) => [username, name])));
  const own = computed(() => messages.value.filter(({ from_user }) => from_user.username === me));
  let lastReceipts: ReceiptSeqs = { delivered: 0, read: 0 };
  const receipts = computed(() => {
    void changes.value;
    const next = receiptSeqs(own.value, (message) => conversation.receipt(message));
    if (next.delivered !== lastReceipts.delivered || next.read !== lastReceipts.read) lastReceipts = next;
    return lastReceipts;
  });
  const hasOlder = computed(() => {
    void changes.value;
    return history.value ? history.value.from !== undefined : conversation.hasOlder;
  });
  const atNewest = computed(() => history.value?.isJoined !== false);

  const stops = [
    conversation.subscribe(() =>
      batch(() => {
        live.value = conversation.messages;
        outbox.value = conversation.pending;
        members.value = conversation.view.members;
        changes.value++;
      }),
    ),
    chat.onEvent((event) => {
      if (history.value && 'conversation' in event && event.conversation === id)
        history.value = applyToHistory(history.value, event);
    }),
  ];

  /** One page at a time: two requests for the same page would add it twice. */
  async function load(page: () => Promise<unknown>): Promise<void> {
    if (loading) return;
    loading = true;
    try {
      await page();
    } finally {
      loading = false;
    }
  }

  return {
    chat,
    me,
    conversation,
    messages,
    pending,
    receipts,
    changes,
    hasOlder,
    target,
    atNewest,
    async showFirstUnread() {
      const { readUpTo, hasOlder } = conversation;
      const [first] = live.value;
      if (!first || !hasOlder || readUpTo >= first.seq - 1 || readUpTo === 0) return;
      history.value = historyWindow(await loadPage(chat, id, { around: readUpTo }), live.value);
    },
    loadOlder: () =>
      load(async () => {
        const { from } = history.value ?? {};
        if (!history.value) await conversation.loadOlder();
        if (from === undefined) return;
        const page = await loadPage(chat, id, { before: from });
        if (!history.value) return;
        history.value = { ...history.value, from: page.from, messages: [...page.messages, ...history.value.messages] };
      }),
    loadNewer: () =>
      load(async () => {
        const { upTo, isJoined } = history.value ?? {};
        if (upTo === undefined || isJoined) return;
        const page = await loadPage(chat, id, { after: upTo });
        if (!history.value) return;
        const both = { ...history.value, upTo: page.upTo, messages: [...history.value.messages, ...page.messages] };
        history.value = historyWindow(both, live.value);
      }),
    async goTo(seq) {
      const first = messages.value[0]?.seq;
      const last = messages.value.at(-1)?.seq ?? 0;
      const isLoaded = (first !== undefined && seq >= first && seq <= last) || (seq > last && atNewest.value);
      if (!isLoaded && seq >= (live.value[0]?.seq ?? 1)) history.value = undefined;
      else if (!isLoaded) history.value = historyWindow(await loadPage(chat, id, { around: seq }), live.value);
      const next = messages.value.find((message) => message.seq >= seq) ?? messages.value.at(-1);
      if (next) target.value = { seq: next.seq };
    },
    goToNewest() {
      if (!atNewest.value) history.value = undefined;
    },
    quoted(seq) {
      const message = bySeq.value.get(seq);
      if (message) return message;
      const requested = quotes.get(seq);
      if (requested) return requested.value;
      const answer = signal<Message | null | undefined>(undefined);
      quotes.set(seq, answer);
      loadMessage(chat, id, seq).then(
        (found) => {
          answer.value = found ?? null;
        },
        // The next call tries again.
        () => quotes.delete(seq),
      );
      return undefined;
    },
    nameOf: (username) => names.value.get(username) ?? nameOf(username),
    close() {
      for (const stop of stops) stop();
    },
  };
}

const noItems: readonly OutboxItem[] = [];
