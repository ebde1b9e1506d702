import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#clock';
import { readJsonSync, writeJsonSync } from '#files';
import { type FifoSettings, openFifo, receivableInOrder } from './fifo.ts';
import { Message, type NewMessage, type ReceivedMessage, toReceived, toSent } from './message.ts';

export interface QueueSettings {
  readonly arn: string;
  /** Seconds, after scaling. */
  readonly visibilityTimeout: number;
  /** Seconds, after scaling, that a message is hidden when it was sent. */
  readonly delay: number;
  readonly retention: number;
  /** A message that was received `maxReceiveCount` times moves to `deadLetters`. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetters: Pick<Queue, 'take'> };
  /** Undefined for a standard queue. */
  readonly fifo?: FifoSettings | undefined;
}

export interface Queue {
  readonly isFifo: boolean;
  /** The deduplication id that a message gets in a FIFO queue. Undefined: it has none, and must be refused. */
  deduplicationId(message: NewMessage): string | undefined;
  /** Adds a message. In a FIFO queue, one that was sent before is answered as the first time, and not added. */
  send(message: NewMessage): ReturnType<typeof toSent>;
  /** Hides the returned messages for the visibility timeout (seconds; the queue's own by default). */
  receive(options: { most: number; visibilityTimeout?: number | undefined }): ReceivedMessage[];
  /** An outdated receipt handle does nothing, as on SQS. */
  remove(receiptHandle: string): void;
  /** Hides a received message for this many seconds from now. False when it is not in flight with this receipt handle. */
  hide(receiptHandle: string, seconds: number): boolean;
  /** The time when a received message becomes visible again. Undefined when it was deleted or received again. */
  visibleAt(receiptHandle: string): number | undefined;
  /** Adds a message of another queue, which keeps its id and age. */
  take(message: Message): void;
  /** The time when the next message can be received. Undefined when there is none. */
  nextVisibleAt(): number | undefined;
  /** Calls the listener when a message is added, or may become visible earlier. Returns what ends that. */
  onChange(listener: () => void): () => void;
  /** `hidden` are in flight, `delayed` were never received. */
  count(): { visible: number; hidden: number; delayed: number; oldestAt: number | undefined };
  purge(): void;
}

/** A queue with its messages in `<folder>/<name>.json`. The file is rewritten at each change, because queues are short. */
export function openQueue(folder: string, name: string, settings: QueueSettings, clock: Clock): Queue {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  let messages = readJsonSync(path, z.array(Message)) ?? [];
  const fifo = settings.fifo && openFifo(folder, name, settings.fifo, clock);
  const listeners = new Set<() => void>();
  const notifyListeners = () => {
    for (const listener of listeners) listener();
  };

  const current = () => {
    const oldest = clock.now() - settings.retention * 1000;
    messages = messages.filter(({ sentAt }) => sentAt >= oldest);
    return messages;
  };
  const save = () => writeJsonSync(path, messages);
  /** Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
  const moveDeadLetters = (now: number) => {
    const { redrive } = settings;
    if (!redrive) return;
    const dead = current().filter((one) => one.visibleAt <= now && one.receiveCount >= redrive.maxReceiveCount);
    if (dead.length === 0) return;
    messages = messages.filter((message) => !dead.includes(message));
    save();
    for (const message of dead) redrive.deadLetters.take({ ...message, deadLetterOf: settings.arn });
  };
  return {
    isFifo: fifo !== undefined,
    deduplicationId: (message) => fifo?.deduplicationId(message),
    send(message) {
      const before = fifo?.sentBefore(message);
      if (before) return toSent(before);
      const now = clock.now();
      const { delay = settings.delay, ...rest } = message;
      const id = randomUUID();
      const inFifo = fifo && {
        deduplicationId: fifo.deduplicationId(message),
        sequenceNumber: fifo.nextSequenceNumber(),
      };
      const added: Message = { id, ...rest, ...inFifo, sentAt: now, receiveCount: 0, visibleAt: now + delay * 1000 };
      current().push(added);
      save();
      fifo?.remember(added);
      notifyListeners();
      return toSent(added);
    },
    receive({ most, visibilityTimeout = settings.visibilityTimeout }) {
      const now = clock.now();
      moveDeadLetters(now);
      const receivable = fifo
        ? receivableInOrder(current(), now)
        : current().filter(({ visibleAt }) => visibleAt <= now);
      const received = receivable.slice(0, most).map((message) => {
        message.receipt = randomUUID();
        message.receiveCount += 1;
        message.firstReceivedAt ??= now;
        message.visibleAt = now + visibilityTimeout * 1000;
        return toReceived(message);
      });
      if (received.length > 0) save();
      return received;
    },
    remove(receiptHandle) {
      messages = current().filter(({ receipt }) => receipt !== receiptHandle);
      save();
      // The next message of a FIFO group may be waiting for this one.
      if (fifo) notifyListeners();
    },
    hide(receiptHandle, seconds) {
      const now = clock.now();
      const message = current().find(({ receipt, visibleAt }) => receipt === receiptHandle && visibleAt > now);
      if (!message) return false;
      message.visibleAt = now + seconds * 1000;
      save();
      notifyListeners();
      return true;
    },
    visibleAt: (receiptHandle) => current().find(({ receipt }) => receipt === receiptHandle)?.visibleAt,
    take({ receipt: _, ...message }) {
      current().push({ ...message, visibleAt: clock.now() });
      save();
      notifyListeners();
    },
    nextVisibleAt() {
      const now = clock.now();
      // A visible message of a closed FIFO group has no time: it waits for another one.
      const next = fifo
        ? [...receivableInOrder(current(), now), ...current().filter(({ visibleAt }) => visibleAt > now)]
        : current();
      return next.length > 0 ? Math.min(...next.map(({ visibleAt }) => visibleAt)) : undefined;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    count() {
      const now = clock.now();
      const invisible = current().filter(({ visibleAt }) => visibleAt > now);
      const delayed = invisible.filter(({ receipt }) => receipt === undefined).length;
      const oldestAt = messages.length > 0 ? Math.min(...messages.map(({ sentAt }) => sentAt)) : undefined;
      return { visible: messages.length - invisible.length, hidden: invisible.length - delayed, delayed, oldestAt };
    },
    purge() {
      messages = [];
      save();
    },
  };
}
