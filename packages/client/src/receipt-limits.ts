import type { Message } from './protocol.ts';
import type { Receipt } from './receipts.ts';

/** The last of the user's messages that have been delivered to, and read by, all others, as `seq`; 0: none. */
export interface ReceiptLimits {
  readonly delivered: number;
  readonly read: number;
}

/**
 * A member who has read a message has read all before it, so a binary search finds the limits without asking for every message.
 * @param own the user's messages, by `seq`
 */
export function receiptLimits(own: readonly Message[], receipt: (message: Message) => Receipt): ReceiptLimits {
  const lastWith = (holds: (receipt: Receipt) => boolean) => {
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const message = own[middle];
      if (message && holds(receipt(message))) low = middle + 1;
      else high = middle;
    }
    return own[low - 1]?.seq ?? 0;
  };
  return { delivered: lastWith((receipt) => receipt !== 'sent'), read: lastWith((receipt) => receipt === 'read') };
}

export function receiptAt(seq: number, { delivered, read }: ReceiptLimits): Receipt {
  if (seq <= read) return 'read';
  return seq <= delivered ? 'delivered' : 'sent';
}
