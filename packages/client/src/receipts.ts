/** How far messages came to the other members. Source: docs/protocol.md, "Receipts". */
import type { Member, Message, ServerEvent } from './protocol.ts';

export type Receipt = 'sent' | 'delivered' | 'read';

export function createReceipts() {
  const readSeq = new Map<string, number>();
  const deliveredSeq = new Map<string, number>();
  const deliveredUntil = new Map<string, string>();

  function raise<T extends number | string>(map: Map<string, T>, user: string, to: T): boolean {
    const old = map.get(user);
    if (old !== undefined && old >= to) return false;
    map.set(user, to);
    return true;
  }

  return {
    /** For one member; without a name, the lowest receipt of all other known members. */
    of({ seq, date_added, from_user }: Pick<Message, 'seq' | 'date_added' | 'from_user'>, username?: string): Receipt {
      const others =
        username === undefined ? [...readSeq.keys()].filter((user) => user !== from_user.username) : [username];
      const isRead = (user: string) => (readSeq.get(user) ?? 0) >= seq;
      const isDelivered = (user: string) =>
        isRead(user) || (deliveredSeq.get(user) ?? 0) >= seq || date_added <= (deliveredUntil.get(user) ?? '');
      if (others.length === 0 || !others.every(isDelivered)) return 'sent';
      return others.every(isRead) ? 'read' : 'delivered';
    },
    /** @returns whether the event changed anything */
    apply(event: ServerEvent): boolean {
      if (event.type === 'messages_read') return raise(readSeq, event.user, event.up_to);
      if (event.type === 'message_delivered') {
        return event.to.map((user) => raise(deliveredSeq, user, event.seq)).includes(true);
      }
      if (event.type !== 'chat_message' || event.content_type === 'system') return false;
      for (const user of event.delivered_to ?? []) raise(deliveredSeq, user, event.seq);
      return raise(readSeq, event.from_user.username, event.seq);
    },
    /** Takes loaded members. A receipt never goes back. */
    load(members: readonly Member[]): void {
      for (const { username, read_seq, delivered_until } of members) {
        raise(readSeq, username, read_seq);
        if (delivered_until !== null) raise(deliveredUntil, username, delivered_until);
      }
    },
  };
}
