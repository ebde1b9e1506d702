/**
 * What was sent and is not acknowledged. Each conversation has a queue of its own, whose first is tried with the same `client_id` until there
 * is an answer: the message, or an error that says that it will never be accepted. Source: docs/protocol.md, "Idempotency".
 */
import type { Message } from '../../../protocol/message.ts';
import { backoff } from './backoff.ts';
import { type Clock, pause } from './clock.ts';
import { Internal, isPassing, ParleyError, RateLimited } from './errors.ts';
import { type Http, type Method, pathOf } from './http.ts';
import type { OutboxStore } from './outbox-store.ts';

/** What a message says. */
export interface Draft {
  readonly message?: string;
  /** Ids of uploads, at most 5; `<conversation>/<id>` forwards a file. */
  readonly attachments?: readonly string[];
  /** `seq` of the message that this one answers. */
  readonly reply_to?: number;
}

/** One that waits for its acknowledgement; plain JSON. */
export interface Sending {
  readonly client_id: string;
  readonly conversation: string;
  /** Their order. */
  readonly place: number;
  readonly what:
    | ({ readonly type: 'create' } & Draft)
    | { readonly type: 'edit'; readonly seq: number; readonly message: string }
    | { readonly type: 'delete'; readonly seq: number }
    | { readonly type: 'react'; readonly seq: number; readonly emoji: string; readonly remove: boolean };
  /** ms; when it was asked for */
  readonly at: number;
  /** How far the log was known before the first try: if the message was stored, then behind that. */
  readonly after?: number;
}

/** What the server answers: the message as it then is, and the number of what changed it. */
export type Answer = Message & { readonly change?: number };

export interface Outbox {
  /** Those of a conversation, in order. */
  of(conversation: string): readonly Sending[];
  /** @returns the message as it then is. @throws ParleyError when it will never be accepted */
  send(conversation: string, what: Sending['what']): Promise<Message>;
  /** The message of this `client_id` is in the log. */
  acknowledge(message: Message): void;
  /** Takes up what an earlier page or process left. */
  restore(): Promise<void>;
  /** Tries again at once what waits. */
  hurry(): void;
  stop(): void;
}

export function createOutbox(options: {
  readonly http: Http;
  readonly store: OutboxStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** How far the conversation's log is known. */
  knownUpTo(conversation: string): Promise<number>;
  /** A message of one's own behind this number that was sent under this id, if it is in the log. */
  find(conversation: string, clientId: string, after: number): Promise<Message | undefined>;
  onChange(conversation: string): void;
  /** A message was stored, or changed. */
  onStored(sending: Sending, answer: Answer): void;
  /** It will never be accepted; of one that was restored nobody else is told. */
  onRefused(sending: Sending, error: ParleyError): void;
}): Outbox {
  const { http, store, clock, random } = options;
  const queues = new Map<string, Sending[]>();
  const running = new Set<string>();
  const waiters = new Map<string, { resolve(message: Message): void; reject(error: ParleyError): void }>();
  /** Those that may have been stored so long ago that the server has forgotten their ids. */
  const doubtful = new Set<string>();
  let hurry: (() => void)[] = [];
  let place = 0;
  let stopped = false;

  const queueOf = (conversation: string) => queues.get(conversation) ?? [];

  function change(conversation: string, queue: Sending[]): void {
    queues.set(conversation, queue);
    options.onChange(conversation);
  }

  function remove(sending: Sending): boolean {
    const queue = queueOf(sending.conversation);
    const rest = queue.filter(({ client_id }) => client_id !== sending.client_id);
    if (rest.length === queue.length) return false;
    doubtful.delete(sending.client_id);
    void store.delete(sending.client_id).catch(() => {});
    change(sending.conversation, rest);
    return true;
  }

  function settle(sending: Sending, message: Message): void {
    remove(sending);
    waiters.get(sending.client_id)?.resolve(message);
    waiters.delete(sending.client_id);
  }

  function refuse(sending: Sending, error: ParleyError): void {
    if (!remove(sending)) return;
    waiters.get(sending.client_id)?.reject(error);
    waiters.delete(sending.client_id);
    options.onRefused(sending, error);
  }

  async function attempt(sending: Sending): Promise<Answer> {
    const { client_id, conversation, after } = sending;
    if (after === undefined) {
      const known = { ...sending, after: await options.knownUpTo(conversation) };
      change(
        conversation,
        queueOf(conversation).map((one) => (one.client_id === client_id ? known : one)),
      );
      await store.put(known);
    } else if (doubtful.has(client_id) && sending.what.type === 'create') {
      const found = await options.find(conversation, client_id, after);
      if (found) return found;
      doubtful.delete(client_id);
    }
    return http<Answer>(...requestOf(sending));
  }

  /** Sends one after the other: two requests at once might be stored in either order. */
  async function run(conversation: string): Promise<void> {
    if (running.has(conversation)) return;
    running.add(conversation);
    for (let tries = 0; !stopped; ) {
      const [sending] = queueOf(conversation);
      if (!sending) break;
      const began = clock.now();
      try {
        const message = await attempt(sending);
        // First it is among the messages, then no longer among those that wait.
        options.onStored(sending, message);
        settle(sending, message);
        tries = 0;
      } catch (cause) {
        const error = cause instanceof ParleyError ? cause : new Internal('internal', String(cause));
        const passing = isPassing(error) || (error.code === 'conflict' && tries < 3);
        if (!passing) {
          refuse(sending, error);
          tries = 0;
          continue;
        }
        const least = error instanceof RateLimited ? (error.retryAfter ?? 1) * 1_000 : 0;
        await wait(least + backoff(tries++, random, { first: 300, most: 30_000 }));
        if (clock.now() - began > forgets) doubtful.add(sending.client_id);
      }
    }
    running.delete(conversation);
  }

  async function wait(ms: number): Promise<void> {
    await Promise.race([pause(clock, ms), new Promise<void>((resolve) => hurry.push(resolve))]);
  }

  return {
    of: queueOf,
    send(conversation, what) {
      const sending: Sending = { client_id: options.newId(), conversation, place: ++place, what, at: clock.now() };
      const answer = new Promise<Message>((resolve, reject) => {
        waiters.set(sending.client_id, { resolve, reject });
      });
      // Who does not wait for it hears of a refusal all the same.
      answer.catch(() => {});
      change(conversation, [...queueOf(conversation), sending]);
      // Kept before it is sent for the first time, and sent although it cannot be kept.
      void store
        .put(sending)
        .catch(() => {})
        .then(() => run(conversation));
      return answer;
    },
    acknowledge(message) {
      const sending = queueOf(message.conversation).find(({ client_id }) => client_id === message.client_id);
      if (sending?.what.type === 'create') settle(sending, message);
    },
    async restore() {
      const kept = [...(await store.load())].sort((a, b) => a.place - b.place);
      place = Math.max(place, ...kept.map((sending) => sending.place));
      for (const sending of kept) {
        doubtful.add(sending.client_id);
        const queue = queueOf(sending.conversation);
        if (!queue.some(({ client_id }) => client_id === sending.client_id)) {
          change(sending.conversation, [...queue, sending]);
        }
      }
      for (const conversation of queues.keys()) void run(conversation);
    },
    hurry() {
      for (const go of hurry.splice(0)) go();
    },
    stop() {
      stopped = true;
      hurry.forEach((go) => {
        go();
      });
      hurry = [];
    },
  };
}

/** ms after which other devices of the same user may have sent so much that the server has forgotten an id. */
const forgets = 30_000;

function requestOf({ client_id, conversation, what }: Sending): [Method, string, unknown?] {
  const path = `${pathOf(conversation)}/messages`;
  if (what.type === 'create') {
    const { type, ...draft } = what;
    return ['POST', path, { ...draft, client_id }];
  }
  const target = `${path}/${what.seq}`;
  if (what.type === 'edit') return ['PATCH', target, { message: what.message, client_id }];
  const query = `?client_id=${encodeURIComponent(client_id)}`;
  if (what.type === 'delete') return ['DELETE', target + query];
  return [what.remove ? 'DELETE' : 'PUT', `${target}/reactions/${encodeURIComponent(what.emoji)}${query}`];
}
