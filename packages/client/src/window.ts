/** `@parley/client/window`: what a front end shows of a conversation. */
import type { Chat } from './chat.ts';
import type { Conversation } from './conversation.ts';
import { createEmitter } from './emitter.ts';
import {
  applyToPart,
  joinParts,
  type LogPart,
  logPart,
  maxShown,
  partAround,
  withoutNewest,
  withoutOldest,
} from './log-part.ts';
import { optimisticMessages } from './optimistic.ts';
import type { OutboxItem } from './outbox.ts';
import { loadPart, searchMessages } from './pages.ts';
import type { Message, ServerEvent } from './protocol.ts';
import { type ReceiptLimits, receiptAt, receiptLimits } from './receipt-limits.ts';
import type { Receipt } from './receipts.ts';

export { type ReceiptLimits, receiptAt } from './receipt-limits.ts';

/** A new message of the user that the server has not acknowledged. Its `action` is of the type `create`. */
export type PendingMessage = OutboxItem & { readonly action: Extract<OutboxItem['action'], { type: 'create' }> };

/** How far a message of the user is. `sending`: the message, or a change of it, is in the outbox. The others are receipts. */
export type MessageState = 'sending' | Receipt;

/** How far a message came to one member. */
export interface MemberReceipt {
  readonly username: string;
  readonly name: string;
  readonly receipt: Receipt;
}

/**
 * The messages of a conversation that are shown: the newest ones or, after a jump, those around an older one. Its properties are current at any
 * time; `subscribe` tells when to read them again. Arrays and objects are new after each change, and the same ones otherwise.
 */
export interface MessageWindow {
  /** By `seq`, without gaps, and as they will be when the changes in the outbox are accepted. */
  readonly messages: readonly Message[];
  /** The user's new messages that wait to be sent, in order. Show them after `messages` while `atNewest`. */
  readonly pending: readonly PendingMessage[];
  /** Is the last of `messages` the newest of the conversation? */
  readonly atNewest: boolean;
  readonly hasOlder: boolean;
  /** The last of the user's messages that all others have received and read, as `seq`. */
  readonly receipts: ReceiptLimits;
  /** How far a message of the user is; undefined for messages of others. */
  stateOf(message: Message | PendingMessage): MessageState | undefined;
  /** How far a message came to each other member. Empty in large conversations, whose members are not loaded. */
  receiptsOf(message: Message): readonly MemberReceipt[];
  /** The last of `messages` that a member has read, as `seq`; 0: none of them. */
  lastReadBy(username: string): number;
  /** Adds up to 50 older messages. Does nothing while another page is loading. @throws ParleyError */
  loadOlder(): Promise<void>;
  /** The same at the other end. @throws ParleyError */
  loadNewer(): Promise<void>;
  /**
   * Shows a message and those around it.
   * @returns the `seq` to scroll to: the message's, or the next one's if it does not exist any more; undefined if there are no messages. @throws ParleyError
   */
  goTo(seq: number): Promise<number | undefined>;
  /** Shows the newest messages again. */
  goToNewest(): void;
  /**
   * Names the message that the user is reading, by its `seq`. When so much comes that the client forgets it, the window keeps it, and those around it:
   * then it is not `atNewest` any more. Without one, which is the default, the window follows the newest messages.
   */
  keep(seq: number | undefined): void;
  /**
   * Loads the first unread message and those around it, if it is older than the messages that are there.
   * @param after what is unread begins behind this `seq`; default: `conversation.readUpTo`. @throws ParleyError
   */
  goToFirstUnread(after?: number): Promise<void>;
  /** The present state of one message, with fresh addresses of its files; undefined if it does not exist any more. @throws ParleyError */
  load(seq: number): Promise<Message | undefined>;
  /**
   * Messages that contain all words, newest first, page by page; a page may be empty. The last page is returned, not yielded.
   * @param before a `seq`: only messages before it. A search that has failed ends; another one from the last found message goes on.
   * @example const found = window.search('report'); const { value, done } = await found.next();
   */
  search(words: string, before?: number): AsyncGenerator<readonly Message[], readonly Message[], undefined>;
  /** Calls `listener` after each change of anything here. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  /** The conversation stays open. */
  close(): void;
}

/** Opens a window on an open conversation. Several windows on one conversation are independent. */
export function openWindow(
  chat: Pick<Chat, 'request' | 'pages' | 'onEvent' | 'onState' | 'me'>,
  conversation: Conversation,
): MessageWindow {
  const { id } = conversation;
  const changes = createEmitter<void>();
  let part: LogPart | undefined;
  let loading = false;
  let receipts: ReceiptLimits = { delivered: 0, read: 0 };
  /** The `seq` of the message that the user is reading. */
  let reading: number | undefined;
  /** Events since the part was requested again; undefined while it is not. */
  let meanwhile: ServerEvent[] | undefined;

  const me = () => chat.me ?? '';
  const loaded = memo(() => [part, conversation.messages] as const, joinParts);
  const messages = memo(() => [loaded(), conversation.pending, me()] as const, optimisticMessages);
  const own = memo(
    () => [messages(), me()] as const,
    (all, user) => all.filter(({ from_user }) => from_user.username === user),
  );
  const pending = memo(() => [conversation.pending, conversation.messages] as const, waiting);

  function setPart(next: LogPart | undefined): void {
    if (next === part) return;
    part = next;
    changes.emit();
  }

  const around = async (seq: number) => logPart(await loadPart(chat, id, { around: seq }), conversation.messages);

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

  /** No event came for what others have changed while there was no connection. */
  async function refresh(): Promise<void> {
    const old = part;
    const [first, last] = [old?.messages[0]?.seq, old?.messages.at(-1)?.seq];
    if (!old || first === undefined || last === undefined) return;
    const events: ServerEvent[] = [];
    meanwhile = events;
    const fresh: Message[] = [];
    for (let after: number | undefined = first - 1; after !== undefined && after < last; ) {
      const page = await loadPart(chat, id, { after });
      fresh.push(...page.messages);
      after = page.upTo;
    }
    if (meanwhile !== events || !part) return;
    meanwhile = undefined;
    const found = new Map(fresh.map((message) => [message.seq, message]));
    // What was loaded while this ran stays, and what is not shown any more stays away.
    const messages = part.messages.flatMap((message) =>
      message.seq < first || message.seq > last ? message : (found.get(message.seq) ?? []),
    );
    setPart(events.reduce(applyToPart, { ...part, messages }));
  }

  let live = conversation.messages;
  const stops = [
    conversation.subscribe(() => {
      const before = live;
      live = conversation.messages;
      if (part?.isJoined !== false && live.length < before.length - 1) {
        // With a message that came the client has forgotten older ones; when the user clears the history, none comes.
        const hasForgotten = live.some((message) => !before.includes(message));
        part = hasForgotten && reading !== undefined ? partAround(reading, joinParts(part, before), live) : undefined;
      }
      changes.emit();
    }),
    chat.onEvent((event) => {
      if (!part || !('conversation' in event) || event.conversation !== id) return;
      meanwhile?.push(event);
      setPart(applyToPart(part, event));
    }),
    // If it fails, the part is shown as it was.
    chat.onState(({ status }) => void (status === 'live' && refresh().catch(() => {}))),
  ];

  const self: MessageWindow = {
    get messages() {
      return messages();
    },
    get pending() {
      return pending();
    },
    get atNewest() {
      return part?.isJoined !== false;
    },
    get hasOlder() {
      return part ? part.from !== undefined : conversation.hasOlder;
    },
    get receipts() {
      const next = receiptLimits(own(), (message) => conversation.receipt(message));
      if (next.delivered !== receipts.delivered || next.read !== receipts.read) receipts = next;
      return receipts;
    },
    stateOf(message) {
      if ('action' in message) return 'sending';
      if (message.from_user.username !== me()) return undefined;
      const isChanging = conversation.pending.some(
        ({ action }) => action.type !== 'create' && action.type !== 'react' && action.seq === message.seq,
      );
      return isChanging ? 'sending' : receiptAt(message.seq, self.receipts);
    },
    receiptsOf(message) {
      return conversation.view.members
        .filter(({ username }) => username !== message.from_user.username)
        .map(({ username, name }) => ({ username, name, receipt: conversation.receipt(message, username) }));
    },
    lastReadBy: (username) => receiptLimits(messages(), (message) => conversation.receipt(message, username)).read,
    loadOlder: () =>
      load(async () => {
        if (!part && conversation.messages.length < maxShown) {
          await conversation.loadOlder();
          return;
        }
        const from = part ? part.from : conversation.hasOlder ? conversation.messages[0]?.seq : undefined;
        if (from === undefined) return;
        const page = await loadPart(chat, id, { before: from });
        // Meanwhile the window may have gone elsewhere.
        if (from !== (part ? part.from : conversation.messages[0]?.seq)) return;
        const { upTo, isJoined } = part ?? { upTo: undefined, isJoined: true };
        const all = [...page.messages, ...joinParts(part, conversation.messages)];
        setPart(withoutNewest({ messages: all, from: page.from, upTo, isJoined }));
      }),
    loadNewer: () =>
      load(async () => {
        if (part?.upTo === undefined || part.isJoined) return;
        const page = await loadPart(chat, id, { after: part.upTo });
        if (!part) return;
        const both = { ...part, upTo: page.upTo, messages: [...part.messages, ...page.messages] };
        setPart(withoutOldest(logPart(both, conversation.messages)));
      }),
    async goTo(seq) {
      const first = messages()[0]?.seq;
      const last = messages().at(-1)?.seq ?? 0;
      const isLoaded = (first !== undefined && seq >= first && seq <= last) || (seq > last && self.atNewest);
      if (!isLoaded && seq >= (conversation.messages[0]?.seq ?? 1)) setPart(undefined);
      else if (!isLoaded) setPart(await around(seq));
      return (messages().find((message) => message.seq >= seq) ?? messages().at(-1))?.seq;
    },
    goToNewest() {
      if (!self.atNewest) setPart(undefined);
    },
    keep(seq) {
      reading = seq;
    },
    async goToFirstUnread(after = conversation.readUpTo) {
      const [first] = conversation.messages;
      if (!first || !conversation.hasOlder || after >= first.seq - 1) return;
      setPart(await around(Math.max(1, after)));
    },
    async load(seq) {
      const found = await loadPart(chat, id, { around: seq }, 2);
      return found.messages.find((message) => message.seq === seq);
    },
    search: (words, before) => searchMessages(chat, id, words, before),
    subscribe: changes.subscribe,
    close() {
      for (const stop of stops) stop();
    },
  };
  return self;
}

/** The new messages of an outbox that are not among the stored ones yet. */
function waiting(outbox: readonly OutboxItem[], messages: readonly Message[]): readonly PendingMessage[] {
  const created = outbox.filter((item): item is PendingMessage => item.action.type === 'create');
  if (created.length === 0) return none;
  const stored = new Set(messages.slice(-50).map(({ client_id }) => client_id));
  return created.filter(({ client_id }) => !stored.has(client_id));
}

/** Always the same array, so that a comparison by identity sees no change. */
const none: readonly PendingMessage[] = [];

/** The result for some inputs, which is made again when one of them is another object. */
function memo<Inputs extends unknown[], Result>(
  inputs: () => readonly [...Inputs],
  make: (...inputs: Inputs) => Result,
): () => Result {
  let last: { readonly inputs: readonly [...Inputs]; readonly result: Result } | undefined;
  return () => {
    const now = inputs();
    if (!last || now.some((input, index) => input !== last?.inputs[index]))
      last = { inputs: now, result: make(...now) };
    return last.result;
  };
}
