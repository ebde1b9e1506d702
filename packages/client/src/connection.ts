/** Holds one socket open for all conversations of the user. Source: docs/protocol.md section 2. */
import { backoff } from './backoff.ts';
import { type Clock, createTimers } from './clock.ts';
import type { Environment } from './environment.ts';
import { Unauthenticated } from './errors.ts';
import type { ServerEvent } from './protocol.ts';
import {
  handshakeTimeoutMs,
  idleMs,
  lifetimeMs,
  lifetimeSpreadMs,
  offlinePongTimeoutMs,
  overlapMs,
  pongTimeoutMs,
  recentMs,
  silenceMs,
} from './times.ts';
import type { Tokens } from './tokens.ts';

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

/** Frames that the client sends. Source: docs/protocol.md, section 3. */
export type Frame =
  | { type: 'ping'; quiet?: true }
  | { type: 'renew_token'; token: string }
  | { type: 'typing'; conversation: string; typing: boolean }
  | { type: 'read_messages'; conversation: string; up_to: number; quiet: true }
  | { type: 'create'; conversation: string; client_id: string };

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
  /** Nothing came for nine minutes, or for a minute before the user came back to the page. */
  onIdle(): void;
  /** A frame failed without an event that says which. */
  onFault(): void;
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
    /** @param answered whether the server answers: if nothing comes, the link fails */
    send(frame: Frame, answered?: boolean): void;
    /** Milliseconds since something came. */
    silence(): number;
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
    if (isOffline()) return void dial();
    latest++;
    cancelRetry();
    cancelRetry = clock.after(ms, () => void dial());
    if (!current) setState({ status: 'waiting', until: clock.now() + ms });
  }

  function connect(token: string, number: number): void {
    const resumes = current && state.status === 'live';
    const url = resumes ? `${options.url}?resume=true` : options.url;
    const socket = new options.WebSocket(url, ['parley.v1', `token.${token}`]);
    let opened = false;
    let heardAt = clock.now();
    let sentAt = 0;
    /** The socket was tried since something happened. */
    let asked = false;
    let cancelWatch: (() => void) | undefined;
    let messages = 0;
    const timers = createTimers(clock);
    const { after } = timers;

    const link: Link = {
      send(frame, answered) {
        const before = messages;
        sentAt = clock.now();
        socket.send(JSON.stringify(frame));
        if (answered)
          after(environment.isOnline() ? pongTimeoutMs : offlinePongTimeoutMs, () => before === messages && fail());
      },
      silence: () => clock.now() - heardAt,
      end() {
        links.delete(link);
        timers.end();
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

    /** What nobody sees only has to stay open, so a frame of its own counts, too. */
    const silentMs = () => clock.now() - (isVisible() ? heardAt : Math.max(heardAt, sentAt));
    const longestSilenceMs = () => (isVisible() && !asked ? silenceMs : idleMs);

    /** Keeps the socket open, and finds out whether it still leads anywhere where somebody looks. */
    function watch(): void {
      cancelWatch?.();
      cancelWatch = after(Math.max(0, longestSilenceMs() - silentMs()), () => {
        if (silentMs() >= longestSilenceMs()) keepOpen();
        watch();
      });
    }

    function keepOpen(): void {
      if (!isVisible()) {
        link.send({ type: 'ping', quiet: true });
        return;
      }
      if (asked) options.onIdle();
      asked = true;
      heardAt = clock.now();
      link.send({ type: 'ping' }, true);
    }

    const cancelTimeout = after(handshakeTimeoutMs, fail);
    socket.onopen = () => {
      // The network went meanwhile: it leads nowhere, and the next one is opened when the network is back.
      if (isOffline()) return link.end();
      cancelTimeout();
      cancelRetry();
      opened = true;
      heardAt = clock.now();
      const before = current;
      current = link;
      if (before) clock.after(overlapMs, () => before.end());
      after(lifetimeMs + random() * lifetimeSpreadMs, () => void dial());
      watch();
      if (!before) setState({ status: 'catching up' });
      // The socket before is still read: nothing can be missing.
      if (before && resumes) {
        attempt = 0;
        return;
      }
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
      heardAt = clock.now();
      messages++;
      const event = parse(data);
      if (!event) return;
      if (asked && event.type !== 'pong') {
        asked = false;
        watch();
      }
      if (event.type === undefined) options.onFault();
      else if (event.type === 'error' && (event.code === 'token_expired' || event.code === 'unauthenticated')) {
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

  function isVisible(): boolean {
    return environment.isVisible?.() ?? true;
  }

  function checkNow(): void {
    attempt = 0;
    if (!current) return void dial();
    const silence = current.silence();
    // Somebody came back, or the network went: what has just been heard needs no question.
    if (!environment.isOnline() || silence > recentMs) current.send({ type: 'ping' }, true);
    if (silence > silenceMs) options.onIdle();
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
    /**
     * Sends nothing when there is no connection.
     * @param answered whether the server answers: if nothing comes, another socket is opened
     * @returns whether it was sent
     */
    send(frame: Frame, answered = false): boolean {
      current?.send(frame, answered);
      return current !== undefined;
    },
    /** Opens another socket that replaces the present one, which may lead nowhere. */
    replace(): void {
      setState({ status: 'catching up' });
      void dial();
    },
  };
}

/** An event; without a type what API Gateway says by itself, as when a function failed; undefined for text that is no event. */
function parse(data: unknown): ServerEvent | { readonly type: undefined } | undefined {
  try {
    const event = JSON.parse(String(data));
    if (typeof event?.type === 'string') return event;
    return typeof event?.message === 'string' ? { type: undefined } : undefined;
  } catch {
    return undefined;
  }
}
