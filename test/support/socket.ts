import { once } from 'node:events';
import type { WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: tests assert the shape of events
export type Event = any;

/** The server refused a handshake. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
  ) {
    super(`refused with ${status}: ${body}`);
  }
}

// Long, so that only an event that never comes fails a test, and not a slow day.
const timeoutMs = 25_000;

/** A client's socket that keeps all events. Tests wait for events, never for time. */
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

  /** The next event of this type, or of any type. Skips other events. */
  async next(type?: string): Promise<Event> {
    const deadline = Date.now() + timeoutMs;
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

  /** The events since the last taken one. Sends a ping first and waits for its pong, so all earlier frames have been answered. */
  async rest(): Promise<Event[]> {
    const from = this.#taken;
    await this.ask({ type: 'ping' }, 'pong');
    return this.received.slice(from, this.#taken - 1);
  }

  async closed(): Promise<{ code: number; reason: string }> {
    const deadline = Date.now() + timeoutMs;
    while (!this.#closed) await this.#change(deadline, 'waiting for the close');
    return this.#closed;
  }

  async close(): Promise<void> {
    if (this.#closed || this.raw.readyState === this.raw.CLOSED) return;
    const closed = once(this.raw, 'close');
    this.raw.close();
    await closed;
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
