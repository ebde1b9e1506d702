import type { Chat, Profile } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { loadAllPeople } from './people-pages.ts';

/** The users whom the user has blocked. The server sends no events about them: they are loaded when a component needs them. */
export function createBlocks(chat: Pick<Chat, 'request' | 'pages'>) {
  const people = signal<readonly Profile[] | undefined>(undefined);

  /** @throws ParleyError */
  async function load(): Promise<void> {
    people.value = await loadAllPeople(chat, '/me/blocks?limit=100');
  }

  /** @throws ParleyError */
  async function change(method: 'PUT' | 'DELETE', username: string): Promise<void> {
    await chat.request(method, `/me/blocks/${encodeURIComponent(username)}`);
    await load();
  }

  return {
    /** Undefined until they are loaded. */
    people: people as ReadonlySignal<readonly Profile[] | undefined>,
    load,
    block: (username: string) => change('PUT', username),
    unblock: (username: string) => change('DELETE', username),
  };
}
