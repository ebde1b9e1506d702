/** `@parley/client/users`: the profiles of other users, and the search for them. */
import type { Chat } from './chat.ts';
import { createEmitter } from './emitter.ts';
import type { PeoplePage, Profile } from './protocol.ts';

/** The address of a picture is valid for an hour. */
const maxAgeMs = 50 * 60_000;
const retryMs = 60_000;
const maxRequests = 3;

/** Profiles of other users. */
export interface Users {
  /**
   * The profile, if it is loaded. Requests it if it is missing, or if the address of its picture is about to expire: a few requests at a time,
   * so that a list may ask for each of its rows.
   */
  of(username: string): Profile | undefined;
  /** Keeps a profile that another answer contained. */
  put(profile: Profile): void;
  /** Users whose name begins with the query, at most 20; an empty query finds everybody whom the server shows. @throws ParleyError, the signal's reason */
  search(query: string, options?: { readonly signal?: AbortSignal }): Promise<readonly Profile[]>;
  /** Calls `listener` with each profile that has come. @returns a function that ends the subscription */
  subscribe(listener: (profile: Profile) => void): () => void;
}

/** @param options.now milliseconds since 1970; default: the system's time */
export function createUsers(
  chat: Pick<Chat, 'request'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Users {
  const known = new Map<string, Profile>();
  const requestedAt = new Map<string, number>();
  const queue: string[] = [];
  const changes = createEmitter<Profile>();
  let running = 0;

  function keep(profile: Profile): void {
    known.set(profile.username, profile);
    changes.emit(profile);
  }

  function put(profile: Profile): void {
    requestedAt.set(profile.username, now());
    keep(profile);
  }

  function next(): void {
    const username = running < maxRequests ? queue.shift() : undefined;
    if (username === undefined) return;
    running++;
    chat
      .request<Profile>('GET', `/users/${encodeURIComponent(username)}`)
      // Without an answer it is requested again when it is asked for after a minute.
      .then(keep, () => requestedAt.set(username, now() - maxAgeMs + retryMs))
      .finally(() => {
        running--;
        next();
      });
    next();
  }

  return {
    of(username) {
      if (now() - (requestedAt.get(username) ?? 0) > maxAgeMs) {
        requestedAt.set(username, now());
        queue.push(username);
        next();
      }
      return known.get(username);
    },
    put,
    async search(query, options) {
      const params = new URLSearchParams({ limit: '20', ...(query !== '' && { query }) });
      const { results } = await chat.request<PeoplePage>('GET', `/users?${params}`, undefined, options);
      results.forEach(put);
      return results;
    },
    subscribe: changes.subscribe,
  };
}
