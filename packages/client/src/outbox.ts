/**
 * Requests that the server has not acknowledged. Each conversation has its own queue. The first item of a queue is sent with the same
 * `client_id` until there is an answer: the message, or an error that is final. Source: docs/protocol.md, "Idempotency".
 */
import { backoff } from './backoff.ts';
import { type Clock, closed } from './clock.ts';
import { Internal, isRetryable, ParleyError } from './errors.ts';
import { type Http, type Method, pathOf } from './http.ts';
import type { Message } from './protocol.ts';
import { idExpiryMs, longestWaitSeconds } from './times.ts';

/** A new message: a text, attachments, or both. */
export interface MessageContent {
  readonly message?: string;
  /** Ids of uploads, at most 5; `<conversation>/<id>` forwards a file. */
  readonly attachments?: readonly string[];
  /** `seq` of the message that this one answers. */
  readonly reply_to?: number;
}

/** A request that waits for the server's acknowledgement. Plain JSON. */
export interface OutboxItem {
  /** The id under which the server recognizes a repeated request. */
  readonly client_id: string;
  /** The conversation's id. */
  readonly conversation: string;
  /** Items are sent in this order. */
  readonly order: number;
  readonly action:
    | ({ readonly type: 'create' } & MessageContent)
    | { readonly type: 'edit'; readonly seq: number; readonly message: string }
    | { readonly type: 'delete'; readonly seq: number }
    | { readonly type: 'react'; readonly seq: number; readonly emoji: string; readonly remove: boolean };
  /** When the program asked for it, in milliseconds since 1970. */
  readonly createdAt: number;
  /** The last known `seq` before the first try. If the message was stored, then after this one. */
  readonly afterSeq?: number;
}

/** Keeps outbox items, so that they survive the page or the process. */
export interface OutboxStore {
  /** All items, in any order. */
  load(): Promise<readonly OutboxItem[]>;
  /** Adds an item, or replaces the one with the same `client_id`. */
  put(item: OutboxItem): Promise<void>;
  delete(clientId: string): Promise<void>;
  /**
   * For a store that several pages have: tells what the others do with it. Then `load` answers only the items that no other page sends.
   * @returns a function that ends it; from then on, other pages send what this one has left
   */
  watch?(others: OtherPages): () => void;
}

/** What other pages with the same store do. */
export interface OtherPages {
  /** Another page sends this item. */
  onPut(item: OutboxItem): void;
  /** The page that was sending this item is gone, or asleep: then the server stores it once all the same. */
  onLeft(item: OutboxItem): void;
  /** Another page has got its answer. */
  onDelete(item: OutboxItem): void;
}

/** Keeps nothing: unacknowledged items are lost with the page. */
export const noStore: OutboxStore = { load: async () => [], put: async () => {}, delete: async () => {} };

/** The server's answer: the message after the change, and the change's number in the log. */
export type Answer = Message & { readonly change?: number };

export type Outbox = ReturnType<typeof createOutbox>;

interface Waiter {
  resolve(message: Message): void;
  reject(error: ParleyError): void;
}

/** Waits for what an earlier page has left. */
const nobody: Waiter = { resolve() {}, reject() {} };

export function createOutbox(options: {
  readonly http: Http;
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** The last known `seq` of a conversation. */
  knownSeq(conversation: string): Promise<number>;
  /** The user's message with this id after `afterSeq`, if it is in the log. */
  find(conversation: string, clientId: string, afterSeq: number): Promise<Message | undefined>;
  onChange(conversation: string): void;
  /** Sends a message over the socket. @returns undefined if that is not possible */
  overSocket?(item: OutboxItem): Promise<Answer> | undefined;
  /** The server has stored the message, or the change. */
  onStored(item: OutboxItem, answer: Answer): void;
  /** The server refused the item for good. */
  onRejected(item: OutboxItem, error: ParleyError): void;
}) {
  const { http, store, clock, random } = options;
  const queues = new Map<string, OutboxItem[]>();
  const running = new Set<string>();
  /** Who waits for an item. Those of other pages have none, and are not sent by this one. */
  const waiters = new Map<string, Waiter>();
  /** Ids that the server may have forgotten: the item may be stored already. */
  const expired = new Set<string>();
  /** Ids whose last try went over the socket. */
  const overHttp = new Set<string>();
  const endPauses: (() => void)[] = [];
  let order = 0;
  let stopped = false;

  /** The items of a conversation, in order. */
  const queueOf = (conversation: string): readonly OutboxItem[] => queues.get(conversation) ?? [];

  function setQueue(conversation: string, queue: OutboxItem[]): void {
    queues.set(conversation, queue);
    options.onChange(conversation);
  }

  /** Adds an item, or replaces it. */
  function put(item: OutboxItem): void {
    const others = queueOf(item.conversation).filter(({ client_id }) => client_id !== item.client_id);
    setQueue(
      item.conversation,
      [...others, item].sort((a, b) => a.order - b.order),
    );
  }

  /** @returns who waits for it; undefined if it was removed before */
  function remove(item: OutboxItem): Waiter | undefined {
    const queue = queueOf(item.conversation);
    const rest = queue.filter(({ client_id }) => client_id !== item.client_id);
    if (rest.length === queue.length) return undefined;
    const waiter = waiters.get(item.client_id) ?? nobody;
    waiters.delete(item.client_id);
    expired.delete(item.client_id);
    overHttp.delete(item.client_id);
    void store.delete(item.client_id).catch(() => {});
    setQueue(item.conversation, rest);
    return waiter;
  }

  function complete(item: OutboxItem, message: Message): void {
    remove(item)?.resolve(message);
  }

  function reject(item: OutboxItem, error: ParleyError): void {
    const waiter = remove(item);
    if (!waiter) return;
    waiter.reject(error);
    options.onRejected(item, error);
  }

  async function attempt(item: OutboxItem): Promise<Answer> {
    const { client_id, conversation, afterSeq } = item;
    if (afterSeq === undefined) {
      const known = { ...item, afterSeq: await options.knownSeq(conversation) };
      // Meanwhile it may have been acknowledged, or sent by another page.
      if (queueOf(conversation).includes(item)) put(known);
      await store.put(known);
    } else if (expired.has(client_id) && item.action.type === 'create') {
      const found = await options.find(conversation, client_id, afterSeq);
      if (found) return found;
      expired.delete(client_id);
    }
    if (!overHttp.delete(client_id)) {
      const answer = options.overSocket?.(item);
      // A second try goes over HTTP, which says what is wrong.
      if (answer) overHttp.add(client_id);
      if (answer) return answer;
    }
    return http<Answer>(...requestOf(item));
  }

  /** Sends one item after the other: the server might store parallel requests in another order. */
  async function run(conversation: string): Promise<void> {
    if (running.has(conversation)) return;
    running.add(conversation);
    for (let tries = 0; !stopped; ) {
      const item = queueOf(conversation).find(({ client_id }) => waiters.has(client_id));
      if (!item) break;
      const startedAt = clock.now();
      try {
        const message = await attempt(item);
        // In this order the text is always shown: in the messages first, then no longer in the outbox.
        options.onStored(item, message);
        complete(item, message);
        tries = 0;
      } catch (cause) {
        const error = cause instanceof ParleyError ? cause : new Internal('internal', String(cause));
        const { retryAfter = 0 } = error;
        // The bytes of files come back with the next day: nothing waits for that.
        const isTooLate = retryAfter > longestWaitSeconds;
        if (isTooLate || (!isRetryable(error) && (error.code !== 'conflict' || tries >= 3))) {
          reject(item, error);
          tries = 0;
          continue;
        }
        const ms = retryAfter * 1_000 + backoff(tries++, random, { firstMs: 300, maxMs: 30_000 });
        await new Promise<void>((resolve) => {
          endPauses.push(resolve);
          clock.after(ms, resolve);
        });
        if (clock.now() - startedAt > idExpiryMs) expired.add(item.client_id);
      }
    }
    running.delete(conversation);
  }

  /** Tries everything now instead of after its pause. */
  function flush(): void {
    for (const end of endPauses.splice(0)) end();
  }

  /** Sends an item that this page did not make: it may be stored already. */
  function adopt(item: OutboxItem): void {
    expired.add(item.client_id);
    waiters.set(item.client_id, nobody);
    put(item);
    void run(item.conversation);
  }

  const stopWatching = store.watch?.({
    onPut: put,
    onLeft: adopt,
    onDelete: remove,
  });

  return {
    of: queueOf,
    /** @returns the message after the change. @throws ParleyError when the server refuses it for good */
    send(conversation: string, action: OutboxItem['action']): Promise<Message> {
      const answer = new Promise<Message>((resolve, reject) => {
        if (stopped) throw closed();
        const item = { client_id: options.newId(), conversation, order: ++order, action, createdAt: clock.now() };
        waiters.set(item.client_id, { resolve, reject });
        put(item);
        // Stored before the first try. If that fails, it is sent all the same.
        void store
          .put(item)
          .catch(() => {})
          .then(() => run(conversation));
      });
      // A caller may ignore the promise: `onRejected` reports the error as well.
      answer.catch(() => {});
      return answer;
    },
    /** The message with this `client_id` is in the log. */
    acknowledge(message: Message): void {
      const item = queueOf(message.conversation).find(({ client_id }) => client_id === message.client_id);
      if (item?.action.type === 'create') complete(item, message);
    },
    /** Sends the items that an earlier page or process left in the store. */
    async restore(): Promise<void> {
      const items = [...(await store.load())].sort((a, b) => a.order - b.order);
      order = Math.max(order, ...items.map((item) => item.order));
      items.forEach(adopt);
    },
    flush,
    /** What waits stays in the store. */
    stop(): void {
      stopped = true;
      stopWatching?.();
      flush();
      for (const { reject } of waiters.values()) reject(closed());
    },
  };
}

function requestOf({ client_id, conversation, action }: OutboxItem): [Method, string, unknown?] {
  const path = `${pathOf(conversation)}/messages`;
  if (action.type === 'create') {
    const { type, ...content } = action;
    return ['POST', path, { ...content, client_id }];
  }
  const target = `${path}/${action.seq}`;
  if (action.type === 'edit') return ['PATCH', target, { message: action.message, client_id }];
  const query = `?client_id=${encodeURIComponent(client_id)}`;
  if (action.type === 'delete') return ['DELETE', target + query];
  return [action.remove ? 'DELETE' : 'PUT', `${target}/reactions/${encodeURIComponent(action.emoji)}${query}`];
}
