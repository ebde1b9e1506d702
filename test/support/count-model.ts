/**
 * A conversation as a plain array, for properties about counts: messages that are deleted, also again with the same client_id, hidden and
 * cleared, people who leave and return, numbers whose writers died, and sends that are repeated.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

const who = fc.integer({ min: 0, max: 2 });
/** A place in the model, from its end. */
const place = fc.nat({ max: 30 });
export const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), who, times: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('send again' as const), place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), place }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete many' as const), place, times: fc.integer({ min: 5, max: 30 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete again' as const), times: fc.integer({ min: 1, max: 10 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), who, place }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hide' as const), who, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hide the newest entry' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), who, back: fc.nat({ max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave and return' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('die' as const),
      who,
      sends: fc.constantFrom('message' as const, 'change' as const),
      /** The same client_id is tried again, for a message, or never. */
      tried: fc.constantFrom('again' as const, 'never' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      who,
      limit: fc.integer({ min: 1, max: 12 }),
      before: fc.nat({ max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
);

export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** What the model asks of a server. People are numbers. What the server refuses is thrown, unless it says otherwise. */
export interface Chatting {
  readonly people: number;
  say(who: number, clientId: string): Promise<{ seq: number }>;
  remove(who: number, seq: number, clientId: string): Promise<unknown>;
  /** An edit by its author, and a reaction by another. May be refused. */
  change(author: number, who: number, seq: number): Promise<unknown>;
  hide(who: number, seq: number): Promise<unknown>;
  clear(who: number, upTo: number): Promise<{ up_to: number }>;
  leaveAndReturn(who: number): Promise<unknown>;
  /** Takes a number for a send, and writes no entry. */
  die(who: number, clientId: string, isMessage: boolean): Promise<unknown>;
  /** The number of the newest entry. */
  newest(): Promise<number>;
  page(who: number, query: { limit: number; before?: number | undefined }): Promise<Page>;
  /** So much later that nobody writes any more, if the clock can be moved. */
  wait(): void;
}

export interface Page {
  readonly count: number | null;
  readonly next: string | null;
  readonly results: readonly { readonly seq: number; readonly deleted: boolean; readonly content_type: string }[];
}

interface Sent {
  readonly seq: number;
  readonly by: number;
  readonly client_id: string;
  deleted: boolean;
}

export class Model {
  readonly sent: Sent[] = [];
  readonly #gone: { hidden: Set<number>; cleared: number }[];
  readonly #deletions: (() => Promise<unknown>)[] = [];
  #unique = 0;

  /** @param name different for each conversation */
  constructor(
    readonly chat: Chatting,
    readonly name: string,
  ) {
    this.#gone = Array.from({ length: chat.people }, () => ({ hidden: new Set(), cleared: 0 }));
  }

  /** What this person can read. */
  readable(who: number): Sent[] {
    const { hidden, cleared } = this.goneFor(who);
    return this.sent.filter(({ seq, deleted }) => !deleted && !hidden.has(seq) && seq > cleared);
  }

  goneFor(who: number): { hidden: Set<number>; cleared: number } {
    return this.#gone[who] ?? { hidden: new Set(), cleared: 0 };
  }

  async perform(one: Step): Promise<void> {
    const { chat, sent } = this;
    const who = 'who' in one ? one.who : 0;
    const gone = this.goneFor(who);
    const at = (back: number) => sent.at(-1 - back);
    switch (one.do) {
      case 'send':
        for (let times = 0; times < one.times; times++) await this.say(who);
        return;
      case 'send again': {
        const message = at(one.place);
        if (!message) return;
        const { seq } = await chat.say(message.by, message.client_id);
        // The window may have forgotten it, and then it is another message.
        if (seq !== message.seq) sent.push({ ...message, seq, deleted: false });
        return;
      }
      case 'delete':
        return this.remove(at(one.place));
      case 'delete many':
        for (let times = 0; times < one.times; times++) await this.remove(at(one.place + times));
        return;
      case 'delete again':
        return this.deleteAgain(one.times);
      case 'change': {
        const message = at(one.place);
        if (message) await chat.change(message.by, who, message.seq);
        return;
      }
      case 'hide': {
        const message = at(one.place);
        if (!message) return;
        await chat.hide(who, message.seq);
        gone.hidden.add(message.seq);
        return;
      }
      case 'hide the newest entry': {
        const [newest] = (await chat.page(who, { limit: 1 })).results;
        if (!newest) return;
        await chat.hide(who, newest.seq);
        gone.hidden.add(newest.seq);
        return;
      }
      case 'clear': {
        const upTo = (await chat.newest()) - one.back;
        if (upTo < 1) return;
        const { up_to } = await chat.clear(who, upTo);
        gone.cleared = Math.max(gone.cleared, up_to);
        return;
      }
      case 'leave and return':
        await chat.leaveAndReturn(who);
        gone.hidden.clear();
        gone.cleared = 0;
        return;
      case 'die': {
        const clientId = this.#next();
        await chat.die(who, clientId, one.sends === 'message');
        if (one.tried === 'again') await this.say(who, clientId);
        return;
      }
      case 'look': {
        const before = Math.max(1, (await chat.newest()) + 1 - one.before);
        const { count } = await chat.page(who, { limit: one.limit, before });
        expect(count).toBe(this.readable(who).length);
        return;
      }
      case 'wait':
        chat.wait();
    }
  }

  async say(by: number, clientId = this.#next()): Promise<void> {
    const { seq } = await this.chat.say(by, clientId);
    this.sent.push({ seq, by, client_id: clientId, deleted: false });
  }

  async remove(message: Sent | undefined): Promise<void> {
    if (!message || message.deleted) return;
    const clientId = this.#next();
    await this.chat.remove(message.by, message.seq, clientId);
    message.deleted = true;
    this.#deletions.push(() => this.chat.remove(message.by, message.seq, clientId));
  }

  /** The server may have forgotten the client_id, and then it is refused. */
  async deleteAgain(times: number): Promise<void> {
    for (const again of this.#deletions.slice(-times)) await again().catch(() => {});
  }

  /** Every page of everybody has the count of what all their pages together show, and these show what the model has. */
  async assertExact(limit: number): Promise<void> {
    for (let who = 0; who < this.chat.people; who++) {
      const expected = this.readable(who).map(({ seq }) => seq);
      const found: number[] = [];
      for (let before: number | undefined | null; before !== null; ) {
        const { count, results, next }: Page = await this.chat.page(who, { limit, before });
        expect(count).toBe(expected.length);
        for (const one of results) if (!one.deleted && one.content_type !== 'system') found.push(one.seq);
        before = next === null ? null : Number(new URL(next).searchParams.get('before'));
      }
      expect(found.reverse()).toEqual(expected);
    }
  }

  #next(): string {
    return `${this.name}-${++this.#unique}`;
  }
}
