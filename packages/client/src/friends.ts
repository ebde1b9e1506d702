/** `@parley/client/friends`: friends, and requests to become friends. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import { loadPeople } from './people.ts';
import type { FriendAnswer, FriendState, Profile, ServerEvent } from './protocol.ts';

/** How the user is related to another user. `received` and `sent` are friend requests. */
export type Friendship = FriendState | 'none';

/** Each list is a new array after a change, and the same one otherwise. */
export interface Friends {
  /** By user name. Empty until `load` was called. */
  readonly friends: readonly Profile[];
  /** Users who ask the user to be friends, latest first. Loaded with each connection. */
  readonly received: readonly Profile[];
  /** Users whom the user has asked. Empty until `load` was called. */
  readonly sent: readonly Profile[];
  /** `none` is only certain after `load`. */
  of(username: string): Friendship;
  /** Loads all three lists, and keeps them current from now on. @throws ParleyError */
  load(): Promise<void>;
  /** Sends a friend request, or accepts one. @throws ParleyError, such as `UnknownUser`, `Conflict`, `RateLimited` */
  ask(username: string): Promise<FriendState>;
  /** Declines or takes back a request, or ends a friendship. @throws ParleyError */
  end(username: string): Promise<void>;
  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  close(): void;
}

const states = ['friends', 'received', 'sent'] as const satisfies readonly FriendState[];

/** @param options.onPerson called for each person who came with a list or an event, such as `users.put` */
export function createFriends(
  chat: Pick<Chat, 'request' | 'pages' | 'onEvent' | 'state' | 'me'>,
  { onPerson = () => {} }: { onPerson?(person: Profile): void } = {},
): Friends {
  const lists: Record<FriendState, readonly Profile[]> = { friends: [], received: [], sent: [] };
  const changes = createEmitter<void>();
  /** A list of friends asks for the requests; the other lists are loaded when somebody needs them. */
  const needed = new Set<FriendState>(['received']);
  /** Counts events: a list that was requested before an event is loaded again. */
  let events = 0;

  async function load(): Promise<void> {
    const before = events;
    const loaded = await Promise.all(
      [...needed].map(
        async (state) => [state, await loadPeople(chat, `/me/friends?state=${state}&limit=100`)] as const,
      ),
    );
    if (events !== before) return load();
    for (const [state, people] of loaded) {
      lists[state] = people;
      people.forEach(onPerson);
    }
    changes.emit();
  }

  function put(state: Friendship, username: string, person?: Profile): void {
    events++;
    if (person) onPerson(person);
    for (const each of states) {
      const others = lists[each].filter((one) => one.username !== username);
      if (each === state && person) lists[each] = [person, ...others];
      else if (others.length < lists[each].length) lists[each] = others;
    }
    lists.friends = [...lists.friends].sort((a, b) => (a.username < b.username ? -1 : 1));
    changes.emit();
  }

  function apply(event: ServerEvent): void {
    if (event.type === 'conversations') load().catch(() => {});
    else if (event.type === 'friend_requested') {
      put(event.by === chat.me ? 'sent' : 'received', event.person.username, event.person);
    } else if (event.type === 'friend_accepted') put('friends', event.person.username, event.person);
    else if (event.type === 'friend_removed') put('none', event.user);
  }

  // The first event of a connection may be past.
  if (['live', 'catching up'].includes(chat.state.status)) load().catch(() => {});
  return {
    get friends() {
      return lists.friends;
    },
    get received() {
      return lists.received;
    },
    get sent() {
      return lists.sent;
    },
    of: (username) => states.find((state) => lists[state].some((one) => one.username === username)) ?? 'none',
    load() {
      for (const state of states) needed.add(state);
      return load();
    },
    async ask(username) {
      const { state } = await chat.request<FriendAnswer>('PUT', pathOf(username));
      await load();
      return state;
    },
    async end(username) {
      await chat.request('DELETE', pathOf(username));
      put('none', username);
    },
    subscribe: changes.subscribe,
    close: chat.onEvent(apply),
  };
}

const pathOf = (username: string) => `/me/friends/${encodeURIComponent(username)}`;
