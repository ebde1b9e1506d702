import type { Profile } from '@parley/client';
import { createUsers } from '@parley/client/users';
import { type Signal, signal } from '@preact/signals';

/**
 * The client's profiles, of which each is a signal of its own: a component is rendered again when its own person changes.
 * @param onProfile called with each that has come
 */
export function createProfiles(chat: Parameters<typeof createUsers>[0], onProfile: (profile: Profile) => void) {
  const users = createUsers(chat);
  const shown = new Map<string, Signal<Profile | undefined>>();
  users.subscribe((profile) => {
    onProfile(profile);
    const one = shown.get(profile.username);
    if (one) one.value = profile;
  });
  return {
    put: users.put,
    search: users.search,
    /** The profile, if it is loaded; else it is requested. */
    of(username: string): Profile | undefined {
      const profile = users.of(username);
      const one = shown.get(username) ?? signal(profile);
      shown.set(username, one);
      return one.value;
    },
  };
}
