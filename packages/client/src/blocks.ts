/** `@parley/client/blocks`: the users whom the user has blocked. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { loadPeople } from './people.ts';
import type { Profile } from './protocol.ts';

/** Whom the user has blocked. */
export interface Blocks {
  /** A new array after each change; undefined until `load` was called: the server sends no events about blocks. */
  readonly people: readonly Profile[] | undefined;
  /** undefined until `load` was called. */
  has(username: string): boolean | undefined;
  /** @throws ParleyError */
  load(): Promise<void>;
  /** From now on the other user cannot write to the user, and does not see whether they are online. @throws ParleyError, such as `UnknownUser` */
  block(username: string): Promise<void>;
  /** @throws ParleyError */
  unblock(username: string): Promise<void>;
  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
}

/** Blocks of a chat. It requests nothing before its functions are called. */
export function createBlocks(chat: Pick<Chat, 'request' | 'pages'>): Blocks {
  const changes = createEmitter<void>();
  let people: readonly Profile[] | undefined;

  async function load(): Promise<void> {
    people = await loadPeople(chat, '/me/blocks?limit=100');
    changes.emit();
  }

  async function change(method: 'PUT' | 'DELETE', username: string): Promise<void> {
    await chat.request(method, `/me/blocks/${encodeURIComponent(username)}`);
    await load();
  }

  return {
    get people() {
      return people;
    },
    has: (username) => people?.some((person) => person.username === username),
    load,
    block: (username) => change('PUT', username),
    unblock: (username) => change('DELETE', username),
    subscribe: changes.subscribe,
  };
}
