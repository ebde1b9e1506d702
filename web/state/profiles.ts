import type { Chat, Profile } from '@parley/client';
import { type Signal, signal } from '@preact/signals';

/** The address of a picture is valid for an hour. */
const maxAgeMs = 50 * 60_000;
const retryMs = 60_000;
const maxRequests = 3;

/** Profiles of the users who are visible on the page, loaded a few at a time. */
export function createProfiles(chat: Pick<Chat, 'request'>) {
  const known = new Map<string, Signal<Profile | undefined>>();
  const requestedAt = new Map<string, number>();
  const queue: string[] = [];
  let running = 0;

  function signalOf(username: string): Signal<Profile | undefined> {
    const profile = known.get(username) ?? signal(undefined);
    known.set(username, profile);
    return profile;
  }

  function next(): void {
    const username = running < maxRequests ? queue.shift() : undefined;
    if (username === undefined) return;
    running++;
    chat
      .request<Profile>('GET', `/users/${encodeURIComponent(username)}`)
      .then(
        (profile) => {
          signalOf(username).value = profile;
        },
        // Shown without a picture; requested again if it is shown again after a minute.
        () => requestedAt.set(username, Date.now() - maxAgeMs + retryMs),
      )
      .finally(() => {
        running--;
        next();
      });
    next();
  }

  return {
    /** The profile, if it is loaded. Requests it if it is missing, or if the picture's address is about to expire. */
    of(username: string): Profile | undefined {
      if (Date.now() - (requestedAt.get(username) ?? 0) > maxAgeMs) {
        requestedAt.set(username, Date.now());
        queue.push(username);
        next();
      }
      return signalOf(username).value;
    },
    /** Stores a profile that another answer contained. */
    put(profile: Profile): void {
      requestedAt.set(profile.username, Date.now());
      signalOf(profile.username).value = profile;
    },
  };
}
