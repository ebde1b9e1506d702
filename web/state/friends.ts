import type { Chat, Profile, ServerEvent } from '@parley/client';
import { signal } from '@preact/signals';
import { loadAllPeople } from './people-pages.ts';

/** How the user is related to another user. `received` and `sent` are friend requests. */
export type Friendship = 'friends' | 'received' | 'sent' | 'none';

type State = Exclude<Friendship, 'none'>;
const states: readonly State[] = ['friends', 'received', 'sent'];

/** Friends and requests: loaded at each connection, and kept current by events. @param onPerson called for each person that was loaded */
export function createFriends(chat: Pick<Chat, 'request' | 'pages'>, me: string, onPerson: (person: Profile) => void) {
  const lists = {
    /** By user name. */
    friends: signal<readonly Profile[]>([]),
    /** Users who sent a friend request, latest first. */
    received: signal<readonly Profile[]>([]),
    sent: signal<readonly Profile[]>([]),
  };
  /** The inbox shows received requests; the other lists are loaded when a component needs them. */
  const needed = new Set<State>(['received']);
  /** Counts events: a list that was requested before an event is loaded again. */
  let eventCount = 0;

  async function load(): Promise<void> {
    const before = eventCount;
    const read = await Promise.all(
      [...needed].map(
        async (state) => [state, await loadAllPeople(chat, `/me/friends?state=${state}&limit=100`)] as const,
      ),
    );
    if (eventCount !== before) return load();
    for (const [state, people] of read) {
      lists[state].value = people;
      for (const person of people) onPerson(person);
    }
  }

  function put(state: Friendship, username: string, person?: Profile): void {
    eventCount++;
    for (const each of states) {
      const others = lists[each].value.filter((one) => one.username !== username);
      const added = each === state && person ? [person, ...others] : others;
      if (each === state || others.length < lists[each].value.length) lists[each].value = added;
    }
    lists.friends.value = [...lists.friends.value].sort((a, b) => (a.username < b.username ? -1 : 1));
  }

  return {
    ...lists,
    /** Loads all three lists, and keeps them current from now on. @throws ParleyError */
    load(): Promise<void> {
      for (const state of states) needed.add(state);
      return load();
    },
    of: (username: string): Friendship =>
      states.find((state) => lists[state].value.some((one) => one.username === username)) ?? 'none',
    /** Sends a friend request, or accepts one. @throws ParleyError */
    async ask(username: string): Promise<void> {
      await chat.request('PUT', `/me/friends/${encodeURIComponent(username)}`);
      await load();
    },
    /** Declines or takes back a request, or ends a friendship. @throws ParleyError */
    async end(username: string): Promise<void> {
      await chat.request('DELETE', `/me/friends/${encodeURIComponent(username)}`);
      put('none', username);
    },
    apply(event: ServerEvent): void {
      if (event.type === 'conversations') load().catch(() => {});
      else if (event.type === 'friend_requested') {
        put(event.by === me ? 'sent' : 'received', event.person.username, event.person);
      } else if (event.type === 'friend_accepted') put('friends', event.person.username, event.person);
      else if (event.type === 'friend_removed') put('none', event.user);
    },
  };
}
