import type { Chat, Profile } from '@parley/client';
import { type Signal, signal } from '@preact/signals';

export interface Profiles {
  /** What is known of somebody; asks for it where nothing is, or where the picture's address is about to end. */
  of(username: string): Profile | undefined;
  /** What was told by the way. */
  put(profile: Profile): void;
}

/** ms; the address of a picture holds for an hour */
const fresh = 50 * 60_000;
const atOnce = 3;

/** People as they show themselves: each is asked for once in a while, a few at a time, and only who is to be seen. */
export function createProfiles(chat: Pick<Chat, 'request'>): Profiles {
  const known = new Map<string, Signal<Profile | undefined>>();
  const asked = new Map<string, number>();
  const wanted: string[] = [];
  let running = 0;

  function placeOf(username: string): Signal<Profile | undefined> {
    const place = known.get(username) ?? signal(undefined);
    known.set(username, place);
    return place;
  }

  function next(): void {
    const username = running < atOnce ? wanted.shift() : undefined;
    if (username === undefined) return;
    running++;
    chat
      .request<Profile>('GET', `/users/${encodeURIComponent(username)}`)
      .then(
        (profile) => {
          placeOf(username).value = profile;
        },
        // A picture less; who is shown again a minute later is asked for again.
        () => asked.set(username, Date.now() - fresh + 60_000),
      )
      .finally(() => {
        running--;
        next();
      });
    next();
  }

  return {
    of(username) {
      if (Date.now() - (asked.get(username) ?? 0) > fresh) {
        asked.set(username, Date.now());
        wanted.push(username);
        next();
      }
      return placeOf(username).value;
    },
    put(profile) {
      asked.set(profile.username, Date.now());
      placeOf(profile.username).value = profile;
    },
  };
}
