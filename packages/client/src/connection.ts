/** One user socket for all conversations, held open whatever happens to it. Source: docs/protocol.md section 2. */
import type { ServerEvent } from '../../../protocol/events.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import { Unauthenticated } from './errors.ts';
import type { SocketConstructor } from './socket.ts';
import { expiryOf, margin, type Tokens } from './tokens.ts';

/** How the connection is; `says` is a sentence to be shown. */
export type ConnectionState = { readonly says: string } & (
  | { readonly is: 'connecting' | 'catching up' | 'live' | 'offline' | 'signed out' | 'closed' }
  /** `until`: ms since 1970 */
  | { readonly is: 'waiting'; readonly until: number }
);

const sentences = {
  connecting: 'Connecting.',
  'catching up': 'Connected; fetching what was missed.',
  live: 'Connected.',
  waiting: 'Not connected; trying again soon.',
  offline: 'This device is offline.',
  'signed out': 'Nobody is signed in.',
  closed: 'Closed.',
} satisfies Record<ConnectionState['is'], string>;

/** A frame that may be lost: all others travel over HTTP, which answers. */
export type Frame = { type: 'ping' } | { type: 'typing'; conversation: string; typing: boolean };

export interface Connection {
  readonly state: ConnectionState;
  /** Connects, or, when it waits, at once. */
  open(): void;
  close(): void;
  /** @returns whether there is a socket that it could go out on */
  send(frame: Frame): boolean;
  /** Another socket takes over from the present one, which may have gone deaf. */
  replace(): void;
}

/** ms. API Gateway closes a socket after ten silent minutes, and after two hours in all. */
const idle = 9 * 60_000;
const lifetime = { least: 100 * 60_000, spread: 15 * 60_000 };
/** ms */
const handshake = 20_000;
const answer = 10_000;
/** ms for which a socket that was replaced is still listened to: what was posted to it alone is on its way. */
const overlap = 5_000;

export function createConnection(options: {
  readonly url: string;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly random: () => number;
  readonly environment: Environment;
  readonly WebSocket: SocketConstructor;
  onEvent(event: ServerEvent): void;
  onState(state: ConnectionState): void;
  /** Resolves when nothing is missing. */
  catchUp(): Promise<void>;
  /** Nothing was heard for a long time. */
  onIdle(): void;
}): Connection {
  const { tokens, clock, random, environment } = options;
  let state: ConnectionState = { is: 'closed', says: sentences.closed };
  let current: Link | undefined;
  const links = new Set<Link>();
  let attempt = 0;
  /** Of several attempts to connect the latest counts. */
  let latest = 0;
  let cancelRetry = () => {};
  let stopListening: (() => void) | undefined;

  interface Link {
    send(frame: Frame): void;
    /** Is anybody there? Fails if not. */
    probe(): void;
    end(): void;
  }

  function become(is: Exclude<ConnectionState['is'], 'waiting'> | 'waiting', until = 0): void {
    if (state.is === is && is !== 'waiting') return;
    state = is === 'waiting' ? { is, says: sentences[is], until } : { is, says: sentences[is] };
    options.onState(state);
  }

  async function dial(): Promise<void> {
    cancelRetry();
    const number = ++latest;
    if (isCutOff()) return become('offline');
    if (!current) become('connecting');
    try {
      const token = await tokens.get();
      if (number === latest && stopListening) connect(token, number);
    } catch (error) {
      if (number !== latest || !stopListening) return;
      if (error instanceof Unauthenticated && !current) become('signed out');
      else retry();
    }
  }

  /** Then the next try is when the browser says that the network is back. */
  function isCutOff(): boolean {
    return !environment.isOnline() && !current;
  }

  function retry(): void {
    const ms = backoff(attempt++, random);
    latest++;
    cancelRetry();
    if (isCutOff()) {
      become('offline');
      return;
    }
    cancelRetry = clock.after(ms, () => void dial());
    if (!current) become('waiting', clock.now() + ms);
  }

  function connect(token: string, number: number): void {
    const socket = new options.WebSocket(options.url, ['parley.v1', `token.${token}`]);
    let opened = false;
    let heard = clock.now();
    let messages = 0;
    const timers = new Set<() => void>();
    const after = (ms: number, what: () => void) => {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel);
        what();
      });
      timers.add(cancel);
      return cancel;
    };

    const link: Link = {
      send: (frame) => socket.send(JSON.stringify(frame)),
      probe() {
        const before = messages;
        link.send({ type: 'ping' });
        after(answer, () => before === messages && fail());
      },
      end() {
        links.delete(link);
        for (const cancel of timers) cancel();
        socket.onopen = socket.onmessage = socket.onclose = null;
        // `ws` throws what nobody listens to, and tells of an error when a handshake is broken off.
        socket.onerror = () => {};
        socket.close(1000);
      },
    };
    links.add(link);

    function fail(): void {
      link.end();
      if (!opened) tokens.refuse(token);
      if (current === link) current = undefined;
      else if (opened || number !== latest) return;
      retry();
    }

    function watchIdle(): void {
      after(heard + idle - clock.now(), () => {
        if (clock.now() - heard >= idle) {
          link.probe();
          options.onIdle();
          heard = clock.now();
        }
        watchIdle();
      });
    }

    const tooLong = after(handshake, fail);
    socket.onopen = () => {
      tooLong();
      cancelRetry();
      opened = true;
      heard = clock.now();
      const before = current;
      current = link;
      if (before) clock.after(overlap, () => before.end());
      const ends = (expiryOf(token) ?? Infinity) - margin - clock.now();
      after(Math.max(margin / 2, Math.min(ends, lifetime.least + random() * lifetime.spread)), () => void dial());
      watchIdle();
      if (!before) become('catching up');
      options.catchUp().then(
        () => {
          if (current !== link) return;
          attempt = 0;
          become('live');
        },
        () => {
          if (current === link) fail();
        },
      );
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      heard = clock.now();
      messages++;
      const event = read(data);
      if (!event) return;
      if (event.type === 'error' && (event.code === 'token_expired' || event.code === 'unauthenticated')) {
        tokens.refuse(token);
        fail();
      } else options.onEvent(event);
    };
    socket.onclose = fail;
    socket.onerror = () => {};
  }

  function look(): void {
    attempt = 0;
    if (current) current.probe();
    else void dial();
  }

  return {
    get state() {
      return state;
    },
    open() {
      stopListening ??= environment.listen(look);
      if (!current) void dial();
    },
    close() {
      stopListening?.();
      stopListening = undefined;
      latest++;
      cancelRetry();
      current = undefined;
      for (const link of [...links]) link.end();
      become('closed');
    },
    send(frame) {
      current?.send(frame);
      return current !== undefined;
    },
    replace: () => void dial(),
  };
}

/** An event, or nothing: API Gateway's own error frames have no type, and a later server may send what is unknown. */
function read(data: unknown): ServerEvent | undefined {
  try {
    const event = JSON.parse(String(data));
    return typeof event?.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}
