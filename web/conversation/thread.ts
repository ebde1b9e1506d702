import type { Chat, Conversation, Message, OutboxItem } from '@parley/client';
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { expectedMessages } from './expected.ts';
import { loadMessage, loadPage } from './pages.ts';
import { applyToPast, type Past, pastOf, withPast } from './past.ts';
import { type Ticks, ticksOf } from './ticks.ts';

/** What is shown of a conversation: its newest messages, and, after a jump, those around an older one. */
export interface Thread {
  readonly chat: Chat;
  readonly me: string;
  readonly conversation: Conversation;
  /** By `seq`, without a gap, and as they will be when what waits was accepted. */
  readonly messages: ReadonlySignal<readonly Message[]>;
  /** New messages of one's own that wait. */
  readonly pending: ReadonlySignal<readonly OutboxItem[]>;
  /** How far one's own messages came. */
  readonly ticks: ReadonlySignal<Ticks>;
  /** Counts the changes of anything in it: receipts, who types, how far one has read. */
  readonly changes: ReadonlySignal<number>;
  /** Do `messages` end with the newest there is? */
  readonly atNewest: ReadonlySignal<boolean>;
  readonly hasOlder: ReadonlySignal<boolean>;
  /** The message to be brought into sight; another object each time. */
  readonly target: ReadonlySignal<{ readonly seq: number } | undefined>;
  /** Shows the first unread messages, where they are from before those that the client loads. @throws ParleyError */
  begin(): Promise<void>;
  /** Each adds a page to `messages`; nothing while one is under way. @throws ParleyError */
  loadOlder(): Promise<void>;
  loadNewer(): Promise<void>;
  /** Brings a message into sight, or its neighbour where it is no more. @throws ParleyError */
  goTo(seq: number): Promise<void>;
  /** Shows the newest again. */
  goToNewest(): void;
  /** A message that another one answers, once it is known; null where it is no more. */
  quoted(seq: number): Message | null | undefined;
  /** What somebody is called, as far as anything here said it. */
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
  const waiting = signal(conversation.pending);
  const members = signal(conversation.view.members);
  const changes = signal(0);
  const past = signal<Past | undefined>(undefined);
  const target = signal<{ readonly seq: number } | undefined>(undefined);
  const asked = new Map<number, Signal<Message | null | undefined>>();
  let loading = false;

  const held = computed(() => withPast(past.value, live.value));
  const messages = computed(() => expectedMessages(held.value, waiting.value, me));
  const bySeq = computed(() => new Map(messages.value.map((message) => [message.seq, message])));
  const pending = computed(() => {
    const creates = waiting.value.filter(({ action }) => action.type === 'create');
    if (creates.length === 0) return nothing;
    const stored = new Set(live.value.slice(-50).map(({ client_id }) => client_id));
    return creates.filter(({ client_id }) => !stored.has(client_id));
  });
  const names = computed(() => new Map(members.value.map(({ username, name }) => [username, name])));
  const own = computed(() => messages.value.filter(({ from_user }) => from_user.username === me));
  let lastTicks: Ticks = { delivered: 0, read: 0 };
  const ticks = computed(() => {
    void changes.value;
    const next = ticksOf(own.value, (message) => conversation.receipt(message));
    if (next.delivered !== lastTicks.delivered || next.read !== lastTicks.read) lastTicks = next;
    return lastTicks;
  });
  const hasOlder = computed(() => {
    void changes.value;
    return past.value ? past.value.from !== undefined : conversation.hasOlder;
  });
  const atNewest = computed(() => past.value?.joined !== false);

  const stops = [
    conversation.subscribe(() =>
      batch(() => {
        live.value = conversation.messages;
        waiting.value = conversation.pending;
        members.value = conversation.view.members;
        changes.value++;
      }),
    ),
    chat.onEvent((event) => {
      if (past.value && 'conversation' in event && event.conversation === id)
        past.value = applyToPast(past.value, event);
    }),
  ];

  /** One page at a time: two would be put behind each other at the same place. */
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
    ...{ chat, me, conversation, messages, pending, ticks, changes, hasOlder, target, atNewest },
    async begin() {
      const { readUpTo, hasOlder } = conversation;
      const [first] = live.value;
      if (!first || !hasOlder || readUpTo >= first.seq - 1 || readUpTo === 0) return;
      past.value = pastOf(await loadPage(chat, id, { around: readUpTo }), live.value);
    },
    loadOlder: () =>
      load(async () => {
        const { from } = past.value ?? {};
        if (!past.value) await conversation.loadOlder();
        if (from === undefined) return;
        const page = await loadPage(chat, id, { before: from });
        if (!past.value) return;
        past.value = { ...past.value, from: page.from, messages: [...page.messages, ...past.value.messages] };
      }),
    loadNewer: () =>
      load(async () => {
        const { upTo, joined } = past.value ?? {};
        if (upTo === undefined || joined) return;
        const page = await loadPage(chat, id, { after: upTo });
        if (!past.value) return;
        const both = { ...past.value, upTo: page.upTo, messages: [...past.value.messages, ...page.messages] };
        past.value = pastOf(both, live.value);
      }),
    async goTo(seq) {
      const first = messages.value[0]?.seq;
      const last = messages.value.at(-1)?.seq ?? 0;
      const covered = (first !== undefined && seq >= first && seq <= last) || (seq > last && atNewest.value);
      if (!covered && seq >= (live.value[0]?.seq ?? 1)) past.value = undefined;
      else if (!covered) past.value = pastOf(await loadPage(chat, id, { around: seq }), live.value);
      const next = messages.value.find((message) => message.seq >= seq) ?? messages.value.at(-1);
      if (next) target.value = { seq: next.seq };
    },
    goToNewest() {
      if (!atNewest.value) past.value = undefined;
    },
    quoted(seq) {
      const message = bySeq.value.get(seq);
      if (message) return message;
      const known = asked.get(seq);
      if (known) return known.value;
      const answer = signal<Message | null | undefined>(undefined);
      asked.set(seq, answer);
      loadMessage(chat, id, seq).then(
        (found) => {
          answer.value = found ?? null;
        },
        // Whoever asks again tries again.
        () => asked.delete(seq),
      );
      return undefined;
    },
    nameOf: (username) => names.value.get(username) ?? nameOf(username),
    close() {
      for (const stop of stops) stop();
    },
  };
}

const nothing: readonly OutboxItem[] = [];
