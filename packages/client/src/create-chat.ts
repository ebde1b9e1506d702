import { backoff } from './backoff.ts';
import type { Chat, ChatOptions } from './chat.ts';
import { closed, createTimers, pause, systemClock } from './clock.ts';
import { type ConnectionState, createConnection, type SocketConstructor } from './connection.ts';
import type { OpenConversation } from './conversation.ts';
import { createConversation } from './create-conversation.ts';
import { createEmitter } from './emitter.ts';
import { globalEnvironment } from './environment.ts';
import { toError } from './error-from-response.ts';
import { isRetryable, type ParleyError } from './errors.ts';
import type { HistoryFrom, HistoryPage } from './history.ts';
import { createHttp, pagesOf, pathOf } from './http.ts';
import { createInbox } from './inbox.ts';
import { createOutbox, noStore, type OutboxItem } from './outbox.ts';
import { createPresence } from './presence.ts';
import type { ConversationView, Me, ServerEvent } from './protocol.ts';
import type { SocketRequests } from './socket-requests.ts';
import { createTokens } from './tokens.ts';
import { createTypingUsers } from './typing.ts';
import type { Upload } from './uploads.ts';

/**
 * Creates the client of one user, and connects it.
 * @example
 * const chat = createChat({ url: 'https://d123.cloudfront.net', getToken: () => session.accessToken() });
 * const conversation = await chat.open('bob');
 * conversation.subscribe(() => show(conversation.messages, conversation.pending));
 * conversation.send('Hello');
 */
export function createChat(options: ChatOptions): Chat {
  const {
    clock: time = systemClock,
    random = Math.random,
    environment = globalEnvironment,
    outbox: store = noStore,
    // Browsers require that `fetch` is called as a method of the window.
    fetch = (...request) => globalThis.fetch(...request),
    WebSocket = globalThis.WebSocket as SocketConstructor,
    newId = () => crypto.randomUUID(),
  } = options;
  const { http: api, socket } = addressesOf(options.url);
  const clock = createTimers(time);
  const tokens = createTokens(options.getToken, time);
  // A request that is under way when the chat is closed gets its answer.
  const http = createHttp({ api, tokens, fetch, clock: time });
  // Loaded with the first file.
  const upload: Upload = async (...file) => (await import('./uploads.ts')).createUpload(http, fetch, toError)(...file);
  const pages: Chat['pages'] = (path) => pagesOf(http, path);
  async function* history(id: string, start?: HistoryFrom): AsyncGenerator<HistoryPage, void, undefined> {
    yield* (await import('./history.ts')).historyOf(pages, `${pathOf(id)}/messages`, start);
  }
  const states = createEmitter<ConnectionState>();
  const changes = createEmitter<void>();
  const events = createEmitter<ServerEvent>();
  const rejections = createEmitter<{ item: OutboxItem; error: ParleyError }>();
  const open = new Map<string, OpenConversation>();
  const opening = new Map<string, Promise<OpenConversation>>();
  /** For each conversation that is being opened: the events since its state was requested. */
  const backlogs = new Set<ServerEvent[]>();
  /** How often the client has connected. */
  let connections = 0;
  const presence = createPresence();
  /** Takes the presence of members from the inbox, which is the first event of a connection. */
  let takeInboxMembers = presence.beginLoad();
  /** As the server said last. */
  let unread = 0;
  /** Are all conversations in the list? */
  let isWhole = false;
  let me: string | undefined;

  const inbox = createInbox({ http, clock, random, me: () => me ?? '', onChange: changes.emit });
  const typing = createTypingUsers(clock, onConversationChange);

  const outbox = createOutbox({
    http,
    store,
    clock,
    random,
    newId,
    async knownSeq(conversation) {
      return open.get(conversation)?.completeUpTo ?? (await http<ConversationView>('GET', pathOf(conversation))).seq;
    },
    async find(conversation, clientId, after) {
      for await (const { messages } of history(conversation, { after })) {
        const found = messages.find(({ client_id }) => client_id === clientId);
        if (found) return found;
      }
      return undefined;
    },
    onChange: onConversationChange,
    overSocket: (item) => requests?.create(item),
    onStored: (item, message) => open.get(item.conversation)?.onStored(item, message),
    onRejected: (item, error) => rejections.emit({ item, error }),
  });

  const connection = createConnection({
    url: socket,
    tokens,
    clock,
    random,
    environment,
    WebSocket,
    onEvent,
    onState(state) {
      if (state.status === 'live') onLive().catch(() => {});
      if (state.status === 'connecting') takeInboxMembers = presence.beginLoad();
      states.emit(state);
    },
    async catchUp() {
      connections++;
      await loadMe();
      await Promise.all([...open.values()].flatMap((one) => [one.catchUp(), one.reload()]));
    },
    onIdle: () => void check(),
    onFault: () => requests?.onFault(),
  });

  /** Loaded with the first connection: until then requests go over HTTP. */
  let requests: SocketRequests | undefined;
  async function onLive(): Promise<void> {
    outbox.flush();
    const { createSocketRequests } = await import('./socket-requests.ts');
    requests ??= createSocketRequests({
      clock,
      tokens,
      toError,
      send: connection.send,
      replace: connection.replace,
      views: () => inbox.conversations,
      isWhole: () => isWhole,
      unread,
      onReadFailed: (id, upTo) => void markRead(id, upTo).catch(() => {}),
    });
    requests.onLive();
  }

  const markRead = (id: string, upTo: number) => http('POST', `${pathOf(id)}/read`, { up_to: upTo });

  function onConversationChange(conversation: string): void {
    open.get(conversation)?.notify();
    changes.emit();
  }

  /** Repeats a request until it succeeds or fails for good. */
  async function persist<T>(request: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      assertOpen();
      try {
        return await request();
      } catch (error) {
        if (!isRetryable(error) || connection.state.status === 'signed out') throw error;
        await pause(clock, backoff(tries, random, { firstMs: 500 }));
      }
    }
  }

  /** Pauses of a closed chat do not last: nothing that repeats itself may begin. */
  function assertOpen(): void {
    if (connection.state.status === 'closed') throw closed();
  }

  /** The user's own name. The server creates a user with their first request. */
  async function loadMe(): Promise<string> {
    me ??= (await persist(() => http<Me>('GET', '/me'))).username;
    return me;
  }

  function onEvent(event: ServerEvent): void {
    requests?.apply(event);
    presence.apply(event);
    if (event.type === 'conversations') {
      takeInboxMembers(event.results.flatMap(({ members }) => members));
      isWhole ||= event.next === null;
    }
    if (event.type === 'typing' && event.user !== me) typing.apply(event.conversation, event.user, event.typing);
    if (event.type === 'chat_message') typing.apply(event.conversation, event.from_user.username, false);
    inbox.apply(event);
    if (event.type === 'unread_count') unread = event.unread_count;
    if ('conversation' in event) open.get(event.conversation)?.apply(event);
    for (const backlog of backlogs) backlog.push(event);
    if (event.type === 'presence' || event.type === 'unread_count') changes.emit();
    events.emit(event);
  }

  /** If something was missing, the server may have dropped this socket without a close: another one replaces it. */
  async function check(): Promise<void> {
    const missed = await Promise.all([...open.values()].map((one) => one.catchUp()));
    if (missed.includes(true)) connection.replace();
  }

  async function load(name: string): Promise<ConversationView> {
    const takeMembers = presence.beginLoad();
    const view = await http<ConversationView>('GET', pathOf(name)).catch((error) => {
      // The user left it on another device.
      if (!isRetryable(error)) inbox.remove(name);
      throw error;
    });
    takeMembers(view.members);
    inbox.put(view);
    return view;
  }

  async function openNow(name: string): Promise<OpenConversation> {
    const backlog: ServerEvent[] = [];
    backlogs.add(backlog);
    const before = connections;
    const [self, view] = await Promise.all([loadMe(), persist(() => load(name))]).finally(() =>
      backlogs.delete(backlog),
    );
    assertOpen();
    const { id } = view;
    const existing = open.get(id);
    if (existing && !existing.ended) return existing;
    // The user was removed, and is a member again.
    existing?.close();
    const conversation = createConversation({
      view,
      me: self,
      http,
      outbox,
      clock,
      random,
      sendTyping: (typing) => void connection.send({ type: 'typing', conversation: id, typing }),
      async sendRead(upTo) {
        if (!requests?.read(id, upTo)) return markRead(id, upTo);
        // The server tells the user's other devices alone.
        onEvent({ type: 'messages_read', conversation: id, user: self, up_to: upTo });
      },
      typingUsers: () => typing.of(id),
      history,
      load: () => load(id),
      upload,
      onLeave: () => inbox.remove(id),
      // Not the one that was opened after it.
      onClose: () => open.get(id) === conversation && open.delete(id),
    });
    open.set(id, conversation);
    for (const event of backlog) if ('conversation' in event && event.conversation === id) conversation.apply(event);
    // No event came for changes between the answer and the connection.
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
      return requests?.unread() ?? unread;
    },
    presence: presence.of,
    typing: typing.of,
    pending: outbox.of,
    open(name) {
      const key = name.toLowerCase();
      const promise = opening.get(key) ?? openNow(key).finally(() => opening.delete(key));
      opening.set(key, promise);
      return promise;
    },
    async loadConversations() {
      await inbox.load();
      isWhole = true;
    },
    request: http,
    pages,
    upload,
    check,
    connect: connection.open,
    subscribe: changes.subscribe,
    onState: states.subscribe,
    onEvent: events.subscribe,
    onRejected: rejections.subscribe,
    close() {
      outbox.stop();
      for (const conversation of [...open.values()]) conversation.close();
      connection.close();
      clock.end();
    },
  };
}

function addressesOf(url: ChatOptions['url']): { http: string; socket: string } {
  if (typeof url !== 'string') return { ...url, http: url.http.replace(/\/+$/, '') };
  const web = url.replace(/\/+$/, '');
  return { http: `${web}/api`, socket: `${web.replace(/^http/, 'ws')}/ws/` };
}
