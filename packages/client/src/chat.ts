import type { ServerEvent } from '../../../protocol/events.ts';
import type { ConversationView } from '../../../protocol/message.ts';
import type { Clock } from './clock.ts';
import type { ConnectionState } from './connection.ts';
import type { Conversation } from './conversation.ts';
import type { Environment } from './environment.ts';
import type { ParleyError } from './errors.ts';
import type { Http } from './http.ts';
import type { Sending } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { Presence } from './presence.ts';
import type { SocketConstructor } from './socket.ts';
import type { GetToken } from './tokens.ts';

export interface ChatOptions {
  /** `WebUrl` of the deployment, such as `https://d123.cloudfront.net`; or the two APIs' own addresses, `HttpUrl` and `WebSocketUrl`. */
  readonly url: string | { readonly http: string; readonly socket: string };
  readonly getToken: GetToken;
  /** Where unacknowledged messages survive the page; default: nowhere. See `@parley/client/indexeddb` and `@parley/client/file`. */
  readonly outbox?: OutboxStore;
  /** Default: the global one, which Node has from version 22 on; before, pass that of the package `ws`. */
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Ids for messages, each another; default: UUIDs. */
  readonly newId?: () => string;
  readonly environment?: Environment;
}

export interface Chat {
  readonly state: ConnectionState;
  /** One's own user name; undefined until the first connection. */
  readonly me: string | undefined;
  /** The inbox, latest first; another array whenever something in it changed. */
  readonly conversations: readonly ConversationView[];
  /** Unread messages over all conversations, as the server told last. */
  readonly unread: number;
  /** undefined of whom nothing is known. */
  presence(username: string): Presence | undefined;
  /**
   * Opens a conversation and loads its newest messages; the same again is the same.
   * @param name `bob`, `alice_bob`, `room:lobby`, `group:…`
   * @throws ParleyError, such as `UnknownUser`, `Forbidden`
   */
  open(name: string): Promise<Conversation>;
  /** What was sent to a conversation and is not acknowledged yet, in order; also of one that is not open. @param id as in `conversations` */
  pending(id: string): readonly Sending[];
  /** Loads the inbox's rest: `conversations` has what fits one frame before. @throws ParleyError */
  loadConversations(): Promise<void>;
  /** Any route of the HTTP API, such as `chat.request<Profile>('GET', '/users/bob')`. @throws ParleyError */
  readonly request: Http;
  /** Asks the server whether everything has come, and fetches it if not. Done by itself after each connection and when nothing is heard for long. */
  check(): Promise<void>;
  /** Connects again after nobody was signed in, or at once when it waits. */
  connect(): void;
  /** Each returns what ends it. */
  onState(listener: (state: ConnectionState) => void): () => void;
  /** Told after inbox, unread count, presence or what is pending changed. */
  onChange(listener: () => void): () => void;
  /** Every event of the protocol, also those that this version does nothing with. */
  onEvent(listener: (event: ServerEvent) => void): () => void;
  /** What will never be accepted; the promise of whoever sent it rejects as well. */
  onRefused(listener: (refused: { readonly sending: Sending; readonly error: ParleyError }) => void): () => void;
  /** Ends everything; what is pending stays in the outbox's store. */
  close(): void;
}
