/** Holds one socket open for all conversations of the user. Source: docs/protocol.md section 2. */
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Environment } from './environment.ts';
import { Unauthenticated } from './errors.ts';
import type { ServerEvent } from './protocol.ts';
import { expiryMarginMs, type Tokens, tokenExpiresAt } from './tokens.ts';

/**
 * - `connecting`: a socket is being opened.
 * - `catching up`: the socket is open, and missed messages are being loaded.
 * - `live`: all open conversations are complete, and events arrive at once.
 * - `waiting`: there is no connection. The next try is at `until`, in milliseconds since 1970; `chat.connect()` tries now.
 * - `offline`: the browser has no network. The client connects when it is back.
 * - `signed out`: `getToken` gave null. The client connects after `chat.connect()`.
 * - `closed`: the program called `close()`.
 */
export type ConnectionState =
  | { readonly status: 'connecting' | 'catching up' | 'live' | 'offline' | 'signed out' | 'closed' }
  | { readonly status: 'waiting'; readonly until: number };

/** The part of a WebSocket that the client uses. Browsers, Node 22 and newer, and the package `ws` have it. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export type SocketConstructor = new (url: string, protocols: string[]) => SocketLike;

/** Frames that may be lost. Everything else is sent over HTTP, which answers. */
type Frame = { type: 'ping' } | { type: 'typing'; conversation: string; typing: boolean };

/** API Gateway closes a socket after ten silent minutes, and after two hours in all. */
const idleMs = 9 * 60_000;
const lifetimeMs = 100 * 60_000;
const lifetimeSpreadMs = 15 * 60_000;
const handshakeTimeoutMs = 20_000;
const pongTimeoutMs = 10_000;
/** A replaced socket is still read for this time: the server may have sent events to it alone. */
const overlapMs = 5_000;

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
  /** Nothing came for `idleMs`. */
  onIdle(): void;
}) {
  const { tokens, clock, random, environment } = options;
  let state: ConnectionState = { status: 'closed' };
  let current: Link | undefined;
  const links = new Set<Link>();
  let attempt = 0;
  /** Only the latest attempt to connect counts. */
  let latest = 0;
  let cancelRetry = () => {};
  /** Undefined while the connection is closed. */
  let unsubscribe: (() => void) | undefined;

  interface Link {
    send(frame: Frame): void;
    /** Sends a ping, and fails if nothing comes back. */
    probe(): void;
    end(): void;
  }

  function setState(next: ConnectionState): void {
    if (state.status === next.status && next.status !== 'waiting') return;
    state = next;
    options.onState(state);
  }

  async function dial(): Promise<void> {
    cancelRetry();
    const number = ++latest;
    if (isOffline()) return setState({ status: 'offline' });
    if (!current) setState({ status: 'connecting' });
    try {
      const token = await tokens.get();
      if (number === latest && unsubscribe) connect(token, number);
    } catch (error) {
      if (number !== latest || !unsubscribe) return;
      if (error instanceof Unauthenticated && !current) setState({ status: 'signed out' });
      else retry();
    }
  }

  /** Then the client connects when the browser reports a network. */
  function isOffline(): boolean {
    return !environment.isOnline() && !current;
  }

  function retry(): void {
    const ms = backoff(attempt++, random);
    latest++;
    cancelRetry();
    if (isOffline()) {
      setState({ status: 'offline' });
      return;
    }
    cancelRetry = clock.after(ms, () => void dial());
    if (!current) setState({ status: 'waiting', until: clock.now() + ms });
  }

  function connect(token: string, number: number): void {
    const socket = new options.WebSocket(options.url, ['parley.v1', `token.${token}`]);
    let opened = false;
    let lastMessageAt = clock.now();
    let messages = 0;
    const timers = new Set<() => void>();
    const after = (ms: number, callback: () => void) => {
      const cancel = clock.after(ms, () => {
        timers.delete(cancel);
        callback();
      });
      timers.add(cancel);
      return cancel;
    };

    const link: Link = {
      send: (frame) => socket.send(JSON.stringify(frame)),
      probe() {
        const before = messages;
        link.send({ type: 'ping' });
        after(pongTimeoutMs, () => before === messages && fail());
      },
      end() {
        links.delete(link);
        for (const cancel of timers) cancel();
        socket.onopen = socket.onmessage = socket.onclose = null;
        // `ws` reports an error for a cancelled handshake, and throws it if there is no listener.
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
      after(lastMessageAt + idleMs - clock.now(), () => {
        if (clock.now() - lastMessageAt >= idleMs) {
          link.probe();
          options.onIdle();
          lastMessageAt = clock.now();
        }
        watchIdle();
      });
    }

    const cancelTimeout = after(handshakeTimeoutMs, fail);
    socket.onopen = () => {
      cancelTimeout();
      cancelRetry();
      opened = true;
      lastMessageAt = clock.now();
      const before = current;
      current = link;
      if (before) clock.after(overlapMs, () => before.end());
      const expiresIn = (tokenExpiresAt(token) ?? Infinity) - expiryMarginMs - clock.now();
      const replaceIn = Math.min(expiresIn, lifetimeMs + random() * lifetimeSpreadMs);
      after(Math.max(expiryMarginMs / 2, replaceIn), () => void dial());
      watchIdle();
      if (!before) setState({ status: 'catching up' });
      options.catchUp().then(
        () => {
          if (current !== link) return;
          attempt = 0;
          setState({ status: 'live' });
        },
        () => {
          if (current === link) fail();
        },
      );
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      lastMessageAt = clock.now();
      messages++;
      const event = parse(data);
      if (!event) return;
      if (event.type === 'error' && (event.code === 'token_expired' || event.code === 'unauthenticated')) {
        tokens.refuse(token);
        fail();
      } else {
        // Too many newer connections: coming back at once would close another one.
        if (event.type === 'error' && event.code === 'conflict') attempt = 9;
        options.onEvent(event);
      }
    };
    socket.onclose = fail;
    socket.onerror = () => {};
  }

  function checkNow(): void {
    attempt = 0;
    if (current) current.probe();
    else void dial();
  }

  return {
    get state(): ConnectionState {
      return state;
    },
    /** Connects; while it waits for the next try, it tries now. */
    open(): void {
      unsubscribe ??= environment.subscribe(checkNow);
      if (!current) void dial();
    },
    close(): void {
      unsubscribe?.();
      unsubscribe = undefined;
      latest++;
      cancelRetry();
      current = undefined;
      for (const link of [...links]) link.end();
      setState({ status: 'closed' });
    },
    /** Sends nothing when there is no connection. */
    send: (frame: Frame) => current?.send(frame),
    /** Opens another socket that replaces the present one. */
    replace: () => void dial(),
  };
}

/** An event; undefined for error frames of API Gateway, which have no type, and for text that is not JSON. */
function parse(data: unknown): ServerEvent | undefined {
  try {
    const event = JSON.parse(String(data));
    return typeof event?.type === 'string' ? event : undefined;
  } catch {
    return undefined;
  }
}
