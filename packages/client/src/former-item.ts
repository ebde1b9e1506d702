import type { OutboxItem } from './outbox.ts';

/** An item that an earlier version kept: its fields had other names. */
interface FormerItem {
  readonly place?: number;
  readonly what?: OutboxItem['action'];
  readonly at?: number;
  readonly after?: number;
}

/** Stores give items to the outbox as this version writes them. */
export function withPresentNames<Item extends OutboxItem>(item: Item & FormerItem): Item {
  const { place: order = 0, what: action, at: createdAt = 0, after: afterSeq, client_id, conversation } = item;
  return action ? ({ client_id, conversation, order, action, createdAt, afterSeq } as Item) : item;
}
