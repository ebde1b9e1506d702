import type { Chat, Profile, ServerEvent } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { allPeople } from './pages.ts';

/** What is between oneself and somebody. */
export type Friendship = 'friends' | 'received' | 'sent' | 'none';

type State = Exclude<Friendship, 'none'>;
const states: readonly State[] = ['friends', 'received', 'sent'];

export interface Friends {
  /** By user name. */
  readonly friends: ReadonlySignal<readonly Profile[]>;
  /** Who asks oneself, the latest first. */
  readonly received: ReadonlySignal<readonly Profile[]>;
  readonly sent: ReadonlySignal<readonly Profile[]>;
  of(username: string): Friendship;
  /** Somebody looks: all three are read, and kept from now on. @throws ParleyError */
  load(): Promise<void>;
  /** Asks, or accepts. @throws ParleyError */
  ask(username: string): Promise<void>;
  /** Refuses, takes back, or ends a friendship. @throws ParleyError */
  end(username: string): Promise<void>;
  apply(event: ServerEvent): void;
}

/** Friends and requests, as the server tells: read with each connection, and kept by its events. */
export function createFriends(
  chat: Pick<Chat, 'request' | 'pages'>,
  me: string,
  seen: (person: Profile) => void,
): Friends {
  const lists = {
    friends: signal<readonly Profile[]>([]),
    received: signal<readonly Profile[]>([]),
    sent: signal<readonly Profile[]>([]),
  };
  /** Requests received are shown at once, the others when somebody looks. */
  const wanted = new Set<State>(['received']);
  /** Changes that were told: a list that was read before one of them is read again. */
  let told = 0;

  async function load(): Promise<void> {
    const before = told;
    const read = await Promise.all(
      [...wanted].map(async (state) => [state, await allPeople(chat, `/me/friends?state=${state}`)] as const),
    );
    if (told !== before) return load();
    for (const [state, people] of read) {
      lists[state].value = people;
      for (const person of people) seen(person);
    }
  }

  function put(state: Friendship, username: string, person?: Profile): void {
    told++;
    for (const each of states) {
      const others = lists[each].value.filter((one) => one.username !== username);
      const added = each === state && person ? [person, ...others] : others;
      if (each === state || others.length < lists[each].value.length) lists[each].value = added;
    }
    lists.friends.value = [...lists.friends.value].sort((a, b) => (a.username < b.username ? -1 : 1));
  }

  return {
    ...lists,
    load() {
      for (const state of states) wanted.add(state);
      return load();
    },
    of: (username) => states.find((state) => lists[state].value.some((one) => one.username === username)) ?? 'none',
    async ask(username) {
      await chat.request('PUT', `/me/friends/${encodeURIComponent(username)}`);
      await load();
    },
    async end(username) {
      await chat.request('DELETE', `/me/friends/${encodeURIComponent(username)}`);
      put('none', username);
    },
    apply(event) {
      if (event.type === 'conversations') load().catch(() => {});
      else if (event.type === 'friend_requested') {
        put(event.by === me ? 'sent' : 'received', event.person.username, event.person);
      } else if (event.type === 'friend_accepted') put('friends', event.person.username, event.person);
      else if (event.type === 'friend_removed') put('none', event.user);
    },
  };
}
