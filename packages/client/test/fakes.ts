/** Time, sockets and data that a test controls. */
import type { Clock, Member, Message, ServerEvents, SocketLike } from '../src/index.ts';

/** A message of Alice to Bob, and fields that replace its own. */
export function fakeMessage(seq: number, fields: Partial<Message> = {}): Message {
  return {
    id: `id-${seq}`,
    seq,
    conversation: 'alice_bob',
    from_user: { username: 'alice', name: 'Alice' },
    message: `message ${seq}`,
    content_type: 'text',
    attachments: [],
    multimedia_url: null,
    reply_to: null,
    mentions: [],
    reactions: {},
    date_added: '2026-11-20T12:00:00.000Z',
    edited_at: null,
    deleted: false,
    ...fields,
  };
}

export function fakeEvent(
  seq: number,
  fields: Partial<ServerEvents['chat_message']> = {},
): ServerEvents['chat_message'] {
  return { type: 'chat_message', room: 'alice_bob', ...fakeMessage(seq), ...fields };
}

export function fakeReaction(
  fields: Pick<ServerEvents['reaction'], 'seq' | 'change'> & Partial<ServerEvents['reaction']>,
): ServerEvents['reaction'] {
  return { type: 'reaction', conversation: 'alice_bob', emoji: '👍', user: 'bob', removed: false, ...fields };
}

export function fakeMember(username: string, fields: Partial<Member> = {}): Member {
  return {
    username,
    name: username,
    role: 'member',
    online: true,
    last_seen: null,
    read_seq: 0,
    delivered_until: null,
    ...fields,
  };
}

export interface FakeClock extends Clock {
  /** Moves the time forward, and runs the timers that are due, in order, with the promises that follow from each. */
  pass(ms: number): Promise<void>;
}

export function fakeClock(start = Date.parse('2026-11-20T12:00:00Z')): FakeClock {
  let now = start;
  const timers = new Set<{ at: number; callback: () => void }>();
  /** Lets pending promises continue. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        timers.delete(next);
        now = next.at;
        next.callback();
        await settle();
      }
      now = end;
    },
  };
}

export class FakeSocket implements SocketLike {
  static instances: FakeSocket[] = [];
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.instances.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }

  // What the server or the network does.
  open(): void {
    this.onopen?.({} as never);
  }
  receive(event: unknown): void {
    this.onmessage?.({ data: JSON.stringify(event) } as never);
  }
  drop(): void {
    this.onclose?.({} as never);
  }
}

/** An unsigned token. @param exp when it expires, in seconds since 1970 */
export function tokenUntil(exp: number): string {
  return `e30.${btoa(JSON.stringify({ exp }))}.x`;
}
