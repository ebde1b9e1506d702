/** `@parley/client/blocks`: the users whom the user has blocked. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { loadPeople } from './people.ts';
import type { Profile, ServerEvent } from './protocol.ts';

/** Whom the user has blocked. */
export interface Blocks {
  /** By user name. A new array after each change, on whichever device; undefined until `load` was called. */
  readonly people: readonly Profile[] | undefined;
  /** undefined until `load` was called. */
  has(username: string): boolean | undefined;
  /** Loads the list, and keeps it current from now on. @throws ParleyError */
  load(): Promise<void>;
  /** From now on the other user cannot write to the user, and does not see whether they are online. @throws ParleyError, such as `UnknownUser` */
  block(username: string): Promise<void>;
  /** @throws ParleyError */
  unblock(username: string): Promise<void>;
  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/** Blocks of a chat. It requests nothing before its functions are called. */
export function createBlocks(chat: Pick<Chat, 'request' | 'pages' | 'onEvent'>): Blocks {
  const changes = createEmitter<void>();
  let people: readonly Profile[] | undefined;
  /** Counts changes: a list that was requested before one is loaded again. */
  let changed = 0;

  async function load(): Promise<void> {
    const before = changed;
    const loaded = await loadPeople(chat, '/me/blocks?limit=100');
    if (changed !== before) return load();
    people = loaded;
    changes.emit();
  }

  const has = (username: string) => people?.some((person) => person.username === username);

  function put(username: string, added: readonly Profile[]): void {
    changed++;
    if (!people) return;
    const others = people.filter((person) => person.username !== username);
    people = [...others, ...added].sort((a, b) => (a.username < b.username ? -1 : 1));
    changes.emit();
  }

  function apply(event: ServerEvent): void {
    // What happened without a connection.
    if (event.type === 'conversations' && people) load().catch(() => {});
    else if (event.type === 'user_blocked') put(event.person.username, [event.person]);
    else if (event.type === 'user_unblocked') put(event.user, []);
  }

  async function change(method: 'PUT' | 'DELETE', username: string): Promise<void> {
    await chat.request(method, `/me/blocks/${encodeURIComponent(username)}`);
    // The event may be on its way, and comes on an open connection alone.
    if (has(username) !== (method === 'PUT')) await load();
  }

  return {
    get people() {
      return people;
    },
    has,
    load,
    block: (username) => change('PUT', username),
    unblock: (username) => change('DELETE', username),
    subscribe: changes.subscribe,
    close: chat.onEvent(apply),
  };
}
