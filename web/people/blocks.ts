import type { Chat, Profile } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { allPeople } from './pages.ts';

export interface Blocks {
  /** Whom one has blocked; undefined until it is known. */
  readonly people: ReadonlySignal<readonly Profile[] | undefined>;
  /** Asks the server. @throws ParleyError */
  load(): Promise<void>;
  /** @throws ParleyError */
  block(username: string): Promise<void>;
  /** @throws ParleyError */
  unblock(username: string): Promise<void>;
}

/** Nobody tells of blocks: they are read when somebody looks. */
export function createBlocks(chat: Pick<Chat, 'request' | 'pages'>): Blocks {
  const people = signal<readonly Profile[] | undefined>(undefined);

  async function load(): Promise<void> {
    people.value = await allPeople(chat, '/me/blocks');
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
