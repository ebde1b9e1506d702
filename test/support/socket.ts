import { once } from 'node:events';
import type { WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: what a server sends is what the assertions are about
export type Event = any;

/** How a handshake ended that did not open a socket. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`refused with ${status}: ${body}`);
  }
}

const patience = 10_000;

/** A client's socket that keeps all it got. Waiting is for events, never for time. */
export class Socket {
  readonly received: Event[] = [];
  #taken = 0;
  #wake: () => void = () => {};
  #closed: { code: number; reason: string } | undefined;

  private constructor(readonly raw: WebSocket) {
    raw.on('message', (data) => {
      this.received.push(JSON.parse(String(data)));
      this.#wake();
    });
    raw.on('close', (code, reason) => {
      this.#closed = { code, reason: String(reason) };
      this.#wake();
    });
    raw.on('error', () => {});
  }

  /** @throws Refused */
  static async open(raw: WebSocket): Promise<Socket> {
    const socket = new Socket(raw);
    await new Promise<void>((resolve, reject) => {
      raw.once('open', resolve);
      raw.once('error', reject);
      raw.once('unexpected-response', (_, response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => reject(new Refused(response.statusCode ?? 0, Buffer.concat(chunks).toString())));
      });
    });
    return socket;
  }

  send(frame: unknown): void {
    this.raw.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** The next event of this type (or the next at all), passing over others. Events are taken in the order in which they came. */
  async next(type?: string): Promise<Event> {
    const deadline = Date.now() + patience;
    for (;;) {
      while (this.#taken < this.received.length) {
        const event = this.received[this.#taken++];
        if (type === undefined || event.type === type) return event;
      }
      if (this.#closed)
        throw new Error(`closed (${this.#closed.code}) while waiting for ${type}; got ${this.#summary()}`);
      await this.#change(deadline, `waiting for ${type}`);
    }
  }

  /** The next `count` events of this type. */
  async take(count: number, type: string): Promise<Event[]> {
    const events: Event[] = [];
    while (events.length < count) events.push(await this.next(type));
    return events;
  }

  /** Sends a frame and waits for the answer of this type. */
  async ask(frame: unknown, type: string): Promise<Event> {
    this.send(frame);
    return this.next(type);
  }

  /** What has come since the last taken event, after everything sent before has surely been answered: a ping's pong comes last. */
  async rest(): Promise<Event[]> {
    const from = this.#taken;
    await this.ask({ type: 'ping' }, 'pong');
    return this.received.slice(from, this.#taken - 1);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    const deadline = Date.now() + patience;
    while (!this.#closed) await this.#change(deadline, 'waiting for the close');
    return this.#closed;
  }

  async close(): Promise<void> {
    if (this.#closed || this.raw.readyState === this.raw.CLOSED) return;
    const gone = once(this.raw, 'close');
    this.raw.close();
    await gone;
  }

  async #change(deadline: number, what: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`nothing came while ${what}; got ${this.#summary()}`)),
        deadline - Date.now(),
      );
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #summary(): string {
    return JSON.stringify(
      this.received.map((event) => (event.type === 'error' ? event : (event.type ?? event.message))),
    );
  }
}
