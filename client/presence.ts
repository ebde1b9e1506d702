import type { ServerEvent } from '../protocol/events.ts';
import type { Member } from '../protocol/message.ts';

export interface Presence {
  readonly online: boolean;
  /** ISO 8601; null while online, and for who was never here. */
  readonly last_seen: string | null;
}

export interface PresenceBook {
  /** undefined of whom nothing is known. */
  of(username: string): Presence | undefined;
  apply(event: ServerEvent): void;
  load(members: readonly Member[]): void;
}

/** Who is here: as the server told last. */
export function createPresence(): PresenceBook {
  const known = new Map<string, Presence>();
  return {
    of: (username) => known.get(username),
    apply(event) {
      if (event.type === 'presence') known.set(event.user, { online: event.online, last_seen: event.last_seen });
    },
    load(members) {
      for (const { username, online, last_seen } of members) known.set(username, { online, last_seen });
    },
  };
}
