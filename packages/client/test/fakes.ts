/** Time, sockets and a server that do what the test says, when it says so. */
import type { Clock, SocketLike } from '../src/index.ts';

export interface FakeClock extends Clock {
  /** Lets so many ms pass: all that was due by then happens, in order, with what follows from it. */
  pass(ms: number): Promise<void>;
}

export function fakeClock(start = Date.parse('2026-11-20T12:00:00Z')): FakeClock {
  let now = start;
  const due = new Set<{ at: number; what: () => void }>();
  /** What promises lead to, before the next moment. */
  const settle = async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  };
  return {
    now: () => now,
    after(ms, what) {
      const timer = { at: now + Math.max(0, ms), what };
      due.add(timer);
      return () => due.delete(timer);
    },
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = [...due].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        due.delete(next);
        now = next.at;
        next.what();
        await settle();
      }
      now = end;
    },
  };
}

export class FakeSocket implements SocketLike {
  static made: FakeSocket[] = [];
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
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }

  /** What the server or the network does. */
  open(): void {
    this.onopen?.({} as never);
  }
  tell(event: unknown): void {
    this.onmessage?.({ data: JSON.stringify(event) } as never);
  }
  drop(): void {
    this.onclose?.({} as never);
  }
}

/** An unsigned token that expires so many seconds after 1970. */
export function tokenUntil(exp: number): string {
  return `e30.${btoa(JSON.stringify({ exp }))}.x`;
}
