import type { Message, Receipt } from '@parley/client';

/** How far one's own messages came: up to these numbers. */
export interface Ticks {
  readonly delivered: number;
  readonly read: number;
}

/**
 * Whoever has read a message has read those before it, so that not every message has to be asked for.
 * @param own one's own messages, by `seq`
 */
export function ticksOf(own: readonly Message[], receipt: (message: Message) => Receipt): Ticks {
  const upTo = (reached: (receipt: Receipt) => boolean) => {
    let [low, high] = [0, own.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const message = own[middle];
      if (message && reached(receipt(message))) low = middle + 1;
      else high = middle;
    }
    return own[low - 1]?.seq ?? 0;
  };
  return { delivered: upTo((receipt) => receipt !== 'sent'), read: upTo((receipt) => receipt === 'read') };
}

export function tickOf(seq: number, { delivered, read }: Ticks): Receipt {
  if (seq <= read) return 'read';
  return seq <= delivered ? 'delivered' : 'sent';
}
