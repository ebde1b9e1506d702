import type { Chat, Profile } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { loadAllPeople } from './people-pages.ts';

export interface Blocks {
  /** The users whom the user has blocked; undefined until they are loaded. */
  readonly people: ReadonlySignal<readonly Profile[] | undefined>;
  /** @throws ParleyError */
  load(): Promise<void>;
  /** @throws ParleyError */
  block(username: string): Promise<void>;
  /** @throws ParleyError */
  unblock(username: string): Promise<void>;
}

/** The server sends no events about blocks: they are loaded when a component needs them. */
export function createBlocks(chat: Pick<Chat, 'request' | 'pages'>): Blocks {
  const people = signal<readonly Profile[] | undefined>(undefined);

  async function load(): Promise<void> {
    people.value = await loadAllPeople(chat, '/me/blocks?limit=100');
  }

  return {
    people,
    load,
    async block(username) {
      await chat.request('PUT', `/me/blocks/${encodeURIComponent(username)}`);
      await load();
    },
    async unblock(username) {
      await chat.request('DELETE', `/me/blocks/${encodeURIComponent(username)}`);
      await load();
    },
  };
}
