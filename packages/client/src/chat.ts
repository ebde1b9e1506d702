import type { Clock } from './clock.ts';
import type { ConnectionState, SocketConstructor } from './connection.ts';
import type { Conversation } from './conversation.ts';
import type { Environment } from './environment.ts';
import type { ParleyError } from './errors.ts';
import type { Http } from './http.ts';
import type { OutboxItem, OutboxStore } from './outbox.ts';
import type { Presence } from './presence.ts';
import type { ConversationView, ServerEvent } from './protocol.ts';
import type { GetToken } from './tokens.ts';
import type { Upload } from './uploads.ts';

export interface ChatOptions {
  /** `WebUrl` of the deployment, such as `https://d123.cloudfront.net`; or `HttpUrl` and `WebSocketUrl`, the addresses of the two APIs. */
  readonly url: string | { readonly http: string; readonly socket: string };
  readonly getToken: GetToken;
  /** Keeps unacknowledged requests beyond the page or process. Default: none does. See `@parley/client/indexeddb` and `@parley/client/file`. */
  readonly outbox?: OutboxStore;
  /** Default: the global one. Node has it from version 22 on; for Node 20 pass the one of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** For tests. Default: the system's time. */
  readonly clock?: Clock;
  /** A random number from 0 to 1, for pauses. Default: `Math.random`. */
  readonly random?: () => number;
  /** A new id for each request. Default: `crypto.randomUUID`. */
  readonly newId?: () => string;
  /** Default: the browser's events; outside of browsers the client counts as online. */
  readonly environment?: Environment;
}

/** The client of one user. Its properties are current at any time; `subscribe` tells when to read them again. */
export interface Chat {
  readonly state: ConnectionState;
  /** The user's own name; undefined until the first connection. */
  readonly me: string | undefined;
  /** The inbox, latest first. A new array after each change, and the same one otherwise. */
  readonly conversations: readonly ConversationView[];
  /** Unread messages of all `conversations` that are not muted. `unreadTotal` of `@parley/client/settings` knows the other settings as well. */
  readonly unread: number;
  /** undefined if nothing is known about this user. Known are the members of conversations in the inbox and of open ones. */
  presence(username: string): Presence | undefined;
  /** Names of the other users who are typing in a conversation, open or not. A new array after each change. @param id as in `conversations` */
  typing(id: string): readonly string[];
  /** Requests to a conversation, open or not, that the server has not acknowledged, in order. @param id as in `conversations` */
  pending(id: string): readonly OutboxItem[];
  /**
   * Opens a conversation and loads its newest messages. A second call returns the same object. Without a connection it waits for one.
   * @param name a user's name such as `bob`, or an id: `alice_bob`, `room:lobby`, `group:…`
   * @throws ParleyError, such as `UnknownUser`, `Forbidden`
   */
  open(name: string): Promise<Conversation>;
  /** Loads all of `conversations`. Before that, it has as many as fit the server's first event. @throws ParleyError */
  loadConversations(): Promise<void>;
  /** Any route of the HTTP API, such as `chat.request<Profile>('GET', '/users/bob')`. @throws ParleyError */
  readonly request: Http;
  /**
   * All pages of a list route of the HTTP API. It throws a `ParleyError` when a page cannot be loaded.
   * @example for await (const { results } of chat.pages<PeoplePage>('/me/friends')) show(results)
   */
  pages<Page extends { readonly next: string | null }>(path: string): AsyncGenerator<Page, void, undefined>;
  /** Uploads a file with the form of a route such as `/me/avatar`. For attachments use `conversation.upload`. @throws ParleyError, the signal's reason */
  readonly upload: Upload;
  /** Fetches what open conversations have missed. The client does this itself after each connection, and when nothing came for nine minutes. */
  check(): Promise<void>;
  /** Connects now: after `signed out`, or instead of waiting for the next try. */
  connect(): void;
  /** Calls `listener` after a change of `conversations`, `unread`, `presence`, `typing` or `pending`. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  /** Calls `listener` after each change of `state`. @returns a function that ends the subscription */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Calls `listener` with each event of the server, including types that this version does not know. @returns a function that ends the subscription */
  onEvent(listener: (event: ServerEvent) => void): () => void;
  /** Calls `listener` when the server refuses a request for good. The promise of that request rejects as well. @returns a function that ends the subscription */
  onRejected(listener: (rejected: { readonly item: OutboxItem; readonly error: ParleyError }) => void): () => void;
  /**
   * Closes the connection and all conversations, for good. Promises of `send`, `edit`, `delete` and `react` that wait reject at once with `Internal`:
   * their requests stay in the outbox store, and the next chat sends them. So do later ones, which are not stored, and `open`. Other requests get their
   * answers. No timer is left: a program in Node ends when it has them.
   */
  close(): void;
}
