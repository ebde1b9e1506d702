import type { Member, ServerEvent, Time } from './protocol.ts';

export interface Presence {
  readonly online: boolean;
  /** When the person was last online; null while online, and for a person who never was. */
  readonly last_seen: Time | null;
}

/** Keeps the newest presence of each person. */
export function createPresence() {
  const known = new Map<string, Presence & { readonly version?: number }>();
  let version = 0;
  return {
    /** undefined if nothing is known about this person. */
    of: (username: string): Presence | undefined => known.get(username),
    apply(event: ServerEvent): void {
      if (event.type !== 'presence') return;
      known.set(event.user, { online: event.online, last_seen: event.last_seen, version: ++version });
    },
    /** Call this before you request members, and the function that it returns with the answer. Events that came in between are newer and win. */
    beginLoad() {
      const before = version;
      return (members: readonly Member[]) => {
        for (const { username, online, last_seen } of members) {
          if ((known.get(username)?.version ?? 0) <= before) known.set(username, { online, last_seen });
        }
      };
    },
  };
}
