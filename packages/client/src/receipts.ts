/** What became of messages for the other members. Source: docs/protocol.md, "Receipts". */
import type { ServerEvent } from '../../../protocol/events.ts';
import type { Member, Message } from '../../../protocol/message.ts';

export type Receipt = 'sent' | 'delivered' | 'read';

export interface Receipts {
  /** For one member, or, without a name, for all the others that are known: the least of theirs. */
  of(message: Pick<Message, 'seq' | 'date_added' | 'from_user'>, username?: string): Receipt;
  /** How far a member has read. */
  readUpTo(username: string): number;
  /** @returns whether that was news */
  apply(event: ServerEvent): boolean;
  /** What was loaded; a tick never goes back. */
  load(members: readonly Member[]): void;
}

export function createReceipts(): Receipts {
  const read = new Map<string, number>();
  const delivered = new Map<string, number>();
  const until = new Map<string, string>();

  function raise<T extends number | string>(map: Map<string, T>, user: string, to: T): boolean {
    const old = map.get(user);
    if (old !== undefined && old >= to) return false;
    map.set(user, to);
    return true;
  }

  return {
    of({ seq, date_added, from_user }, username) {
      const others =
        username === undefined ? [...read.keys()].filter((user) => user !== from_user.username) : [username];
      if (others.length > 0 && others.every((user) => (read.get(user) ?? 0) >= seq)) return 'read';
      const reached = (user: string) =>
        Math.max(read.get(user) ?? 0, delivered.get(user) ?? 0) >= seq || date_added <= (until.get(user) ?? '');
      return others.length > 0 && others.every(reached) ? 'delivered' : 'sent';
    },
    readUpTo: (username) => read.get(username) ?? 0,
    apply(event) {
      if (event.type === 'messages_read') return raise(read, event.user, event.up_to);
      if (event.type === 'message_delivered') {
        return event.to.map((user) => raise(delivered, user, event.seq)).includes(true);
      }
      if (event.type !== 'chat_message' || event.content_type === 'system') return false;
      for (const user of event.delivered_to ?? []) raise(delivered, user, event.seq);
      return raise(read, event.from_user.username, event.seq);
    },
    load(members) {
      for (const { username, read_seq, delivered_until } of members) {
        raise(read, username, read_seq);
        if (delivered_until !== null) raise(until, username, delivered_until);
      }
    },
  };
}
