import type { ServerEvent } from '../../../protocol/events.ts';
import type { Member } from '../../../protocol/message.ts';

export interface Presence {
  readonly online: boolean;
  /** ISO 8601; null while online, and for who was never here. */
  readonly last_seen: string | null;
}

export interface PresenceBook {
  /** undefined of whom nothing is known. */
  of(username: string): Presence | undefined;
  apply(event: ServerEvent): void;
  /** To be called before members are asked for. @returns what takes them; of whom something was told meanwhile, that holds. */
  loader(): (members: readonly Member[]) => void;
}

/** Who is here: as the server told last. */
export function createPresence(): PresenceBook {
  const known = new Map<string, Presence & { readonly told?: number }>();
  let told = 0;
  return {
    of: (username) => known.get(username),
    apply(event) {
      if (event.type !== 'presence') return;
      known.set(event.user, { online: event.online, last_seen: event.last_seen, told: ++told });
    },
    loader() {
      const before = told;
      return (members) => {
        for (const { username, online, last_seen } of members) {
          if ((known.get(username)?.told ?? 0) <= before) known.set(username, { online, last_seen });
        }
      };
    },
  };
}
