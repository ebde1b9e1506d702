import type { Member, ServerEvent, Time } from './protocol.ts';

export interface Presence {
  readonly online: boolean;
  /** When the person was last online; null while online, and for a person who never was. */
  readonly last_seen: Time | null;
}

export interface PresenceStore {
  /** undefined if nothing is known about this person. */
  of(username: string): Presence | undefined;
  apply(event: ServerEvent): void;
  /** Call this before you request members, and the function that it returns with the answer. Events that came in between are newer and win. */
  beginLoad(): (members: readonly Member[]) => void;
}

/** Keeps the newest presence of each person. */
export function createPresence(): PresenceStore {
  const known = new Map<string, Presence & { readonly version?: number }>();
  let version = 0;
  return {
    of: (username) => known.get(username),
    apply(event) {
      if (event.type !== 'presence') return;
      known.set(event.user, { online: event.online, last_seen: event.last_seen, version: ++version });
    },
    beginLoad() {
      const before = version;
      return (members) => {
        for (const { username, online, last_seen } of members) {
          if ((known.get(username)?.version ?? 0) <= before) known.set(username, { online, last_seen });
        }
      };
    },
  };
}
