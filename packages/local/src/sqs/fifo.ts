import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#clock';
import { readJsonSync, writeJsonSync } from '#files';
import { Message, type NewMessage } from './message.ts';

export interface FifoSettings {
  /** The SHA-256 of a body is its deduplication id, where the sender gives none. */
  readonly contentBased: boolean;
  /** Two groups may use the same deduplication id. */
  readonly perGroup: boolean;
  /** Milliseconds, after scaling, in which a message with the same deduplication id is the same message. */
  readonly interval: number;
}

/** AWS's five minutes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
export const deduplicationInterval = 300_000;

const State = z.object({ last: z.string(), sent: z.array(z.object({ key: z.string(), message: Message })) });

export interface Fifo {
  /** The message that was sent with the same deduplication id in the last minutes. It counts also after it was deleted. */
  sentBefore(message: NewMessage): Message | undefined;
  remember(message: Message): void;
  deduplicationId(message: NewMessage): string | undefined;
  /** Twenty digits, each number larger than all before. */
  nextSequenceNumber(): string;
}

/** What a FIFO queue knows besides its messages, in `<folder>/<name>.sent.json`. */
export function openFifo(folder: string, name: string, settings: FifoSettings, clock: Clock): Fifo {
  const path = join(folder, `${name}.sent.json`);
  let { last, sent } = readJsonSync(path, State) ?? { last: '0', sent: [] };
  const idOf = ({ deduplicationId, body }: NewMessage) =>
    deduplicationId ?? (settings.contentBased ? createHash('sha256').update(body).digest('hex') : undefined);
  const keyOf = (message: NewMessage) => JSON.stringify([idOf(message), settings.perGroup ? message.groupId : '']);
  const current = () => {
    const oldest = clock.now() - settings.interval;
    sent = sent.filter(({ message }) => message.sentAt > oldest);
    return sent;
  };
  return {
    deduplicationId: idOf,
    sentBefore: (message) => current().find(({ key }) => key === keyOf(message))?.message,
    remember(message) {
      sent = [...current(), { key: keyOf(message), message }];
      writeJsonSync(path, { last, sent });
    },
    nextSequenceNumber() {
      // AWS's numbers have gaps too. They begin with the time, so that a lost file cannot bring an old number again.
      const next = BigInt(clock.now()) * 1_000_000n;
      last = String(next > BigInt(last) ? next : BigInt(last) + 1n).padStart(20, '0');
      return last;
    },
  };
}

/**
 * The messages of a FIFO queue that can be received now. A group is closed while one of its messages is in flight, and nothing passes a
 * message that is not visible yet.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export function receivableInOrder(messages: readonly Message[], now: number): Message[] {
  const isHidden = ({ visibleAt }: Message) => visibleAt > now;
  const closed = new Set(messages.filter((one) => isHidden(one) && one.receipt).map(({ groupId }) => groupId));
  return messages.filter((message) => {
    if (isHidden(message)) closed.add(message.groupId);
    return !closed.has(message.groupId);
  });
}
