import type { ServerEvent } from '../../../protocol/events.ts';
import type { Me } from '../../../protocol/http.ts';
import type { ConversationView } from '../../../protocol/message.ts';
import { backoff } from './backoff.ts';
import type { Chat, ChatOptions } from './chat.ts';
import { pause, systemClock } from './clock.ts';
import { type ConnectionState, createConnection } from './connection.ts';
import type { OpenConversation } from './conversation.ts';
import { createConversation } from './create-conversation.ts';
import { globalEnvironment } from './environment.ts';
import { isPassing, type ParleyError } from './errors.ts';
import { pagesOf } from './history.ts';
import { createHttp, pathOf } from './http.ts';
import { createInbox } from './inbox.ts';
import { createOutbox, type Sending } from './outbox.ts';
import { noStore } from './outbox-store.ts';
import { createPresence } from './presence.ts';
import { createSignal } from './signal.ts';
import type { SocketConstructor } from './socket.ts';
import { createTokens } from './tokens.ts';

/**
 * A chat for one user, connected from now on.
 * @example
 * const chat = createChat({ url: 'https://d123.cloudfront.net', getToken: () => session.accessToken() });
 * const conversation = await chat.open('bob');
 * conversation.listen(() => show(conversation.messages, conversation.pending));
 * conversation.send('Hello');
 */
export function createChat(options: ChatOptions): Chat {
  const {
    clock = systemClock,
    random = Math.random,
    environment = globalEnvironment,
    outbox: store = noStore,
  } = options;
  // A method that is taken from the window must be called on it.
  const { fetch = (...request) => globalThis.fetch(...request) } = options;
  const { WebSocket = globalThis.WebSocket as SocketConstructor, newId = () => crypto.randomUUID() } = options;
  const { http: api, socket } = addressesOf(options.url);
  const tokens = createTokens(options.getToken, clock);
  const http = createHttp({ api, tokens, fetch, clock });
  const states = createSignal<ConnectionState>();
  const changes = createSignal<void>();
  const heard = createSignal<ServerEvent>();
  const refusals = createSignal<{ sending: Sending; error: ParleyError }>();
  const open = new Map<string, OpenConversation>();
  const opening = new Map<string, Promise<OpenConversation>>();
  /** What was told since the answers were asked for that conversations begin with. */
  const early = new Set<ServerEvent[]>();
  /** How often there was a connection. */
  let connections = 0;
  const presence = createPresence();
  /** Takes who is here from the inbox that a new connection is told first. */
  let takeSnapshot = presence.loader();
  let unread = 0;
  let me: string | undefined;
  let closed = false;

  const inbox = createInbox({ http, clock, random, me: () => me ?? '', onChange: changes.tell });

  const outbox = createOutbox({
    ...{ http, store, clock, random, newId },
    async knownUpTo(conversation) {
      return open.get(conversation)?.complete ?? (await http<ConversationView>('GET', pathOf(conversation))).seq;
    },
    async find(conversation, clientId, after) {
      for await (const { messages } of pagesOf(http, conversation, { after })) {
        const found = messages.find(({ client_id }) => client_id === clientId);
        if (found) return found;
      }
      return undefined;
    },
    onChange(conversation) {
      open.get(conversation)?.changed();
      changes.tell();
    },
    onStored: (sending, message) => open.get(sending.conversation)?.stored(sending, message),
    onRefused: (sending, error) => refusals.tell({ sending, error }),
  });

  const connection = createConnection({
    ...{ url: socket, tokens, clock, random, environment, WebSocket, onEvent },
    onState(state) {
      if (state.is === 'live') outbox.hurry();
      if (state.is === 'connecting') takeSnapshot = presence.loader();
      states.tell(state);
    },
    async catchUp() {
      connections++;
      await whoAmI();
      await Promise.all([...open.values()].flatMap((one) => [one.catchUp(), one.reload()]));
    },
    onIdle: () => void check(),
  });

  /** Asks until there is an answer: what fails now may succeed in a moment. */
  async function persist<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (closed || !isPassing(error) || connection.state.is === 'signed out') throw error;
        await pause(clock, backoff(tries, random, { first: 500 }));
      }
    }
  }

  /** Makes the user as well, where this is the first that is seen of them. */
  async function whoAmI(): Promise<string> {
    me ??= (await persist(() => http<Me>('GET', '/me'))).username;
    return me;
  }

  function onEvent(event: ServerEvent): void {
    presence.apply(event);
    if (event.type === 'conversations') takeSnapshot(event.results.flatMap(({ members }) => members));
    inbox.apply(event);
    if (event.type === 'unread_count') unread = event.unread_count;
    if ('conversation' in event) open.get(event.conversation)?.handle(event);
    for (const told of early) told.push(event);
    if (event.type === 'presence' || event.type === 'unread_count') changes.tell();
    heard.tell(event);
  }

  /** A socket that was not told what the log has may have been given up by the server: another takes over. */
  async function check(): Promise<void> {
    const missed = await Promise.all([...open.values()].map((one) => one.catchUp()));
    if (missed.includes(true)) connection.replace();
  }

  async function load(name: string): Promise<ConversationView> {
    const take = presence.loader();
    const view = await http<ConversationView>('GET', pathOf(name)).catch((error) => {
      // One has left it on another device.
      if (!isPassing(error)) inbox.remove(name);
      throw error;
    });
    take(view.members);
    inbox.put(view);
    return view;
  }

  async function openNow(name: string): Promise<OpenConversation> {
    const told: ServerEvent[] = [];
    early.add(told);
    const before = connections;
    const [self, view] = await Promise.all([whoAmI(), persist(() => load(name))]).finally(() => early.delete(told));
    const { id } = view;
    const standing = open.get(id);
    if (standing && !standing.ended) return standing;
    // Who was removed may be a member again.
    standing?.close();
    const conversation = createConversation({
      ...{ view, me: self, http, outbox, clock, random, fetch },
      tellTyping: (typing) => connection.send({ type: 'typing', conversation: id, typing }),
      load: () => load(id),
      onLeave: () => inbox.remove(id),
      onClose: () => open.delete(id),
    });
    open.set(id, conversation);
    for (const event of told) if ('conversation' in event && event.conversation === id) conversation.handle(event);
    // What happened before there was a socket, and after the answer, has been told to nobody.
    if (connections !== before) void conversation.reload();
    await conversation.catchUp();
    return conversation;
  }

  outbox.restore().catch(() => {});
  connection.open();

  return {
    get state() {
      return connection.state;
    },
    get me() {
      return me;
    },
    get conversations() {
      return inbox.conversations;
    },
    get unread() {
      return unread;
    },
    presence: presence.of,
    pending: outbox.of,
    open(name) {
      const key = name.toLowerCase();
      const promise = opening.get(key) ?? openNow(key).finally(() => opening.delete(key));
      opening.set(key, promise);
      return promise;
    },
    loadConversations: inbox.load,
    request: http,
    check,
    connect: connection.open,
    onState: states.listen,
    onChange: changes.listen,
    onEvent: heard.listen,
    onRefused: refusals.listen,
    close() {
      closed = true;
      outbox.stop();
      inbox.close();
      for (const conversation of [...open.values()]) conversation.close();
      connection.close();
    },
  };
}

function addressesOf(url: ChatOptions['url']): { http: string; socket: string } {
  if (typeof url !== 'string') return { ...url, http: url.http.replace(/\/+$/, '') };
  const web = url.replace(/\/+$/, '');
  return { http: `${web}/api`, socket: `${web.replace(/^http/, 'ws')}/ws/` };
}
