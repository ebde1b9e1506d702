import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#clock';
import { readJsonSync, writeJsonSync } from '#files';

const Message = z.object({
  id: z.string(),
  body: z.string(),
  /** All times are milliseconds since the epoch. */
  sentAt: z.number(),
  firstReceivedAt: z.number().optional(),
  receiveCount: z.number(),
  visibleAt: z.number(),
  receipt: z.string().optional(),
});
/** A message as it is stored. */
export type Message = z.infer<typeof Message>;

export interface QueueSettings {
  /** Seconds, after scaling. */
  readonly visibilityTimeout: number;
  readonly retention: number;
  /** A message that was received `maxReceiveCount` times moves to `deadLetters`. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetters: Pick<Queue, 'take'> };
}

/** A message in the format of ReceiveMessage. */
export interface ReceivedMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly MD5OfBody: string;
  readonly Body: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

export interface Queue {
  /** Returns the message's id and the MD5 of its body. It can be received after `delay` seconds (default 0). */
  send(body: string, delay?: number): { MessageId: string; MD5OfMessageBody: string };
  /** Hides the returned messages for the visibility timeout (seconds; the queue's own by default). */
  receive(options: { most: number; visibilityTimeout?: number }): ReceivedMessage[];
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
  /** Calls the listener when a message is added, or may become visible earlier. */
  onChange(listener: () => void): void;
  count(): { visible: number; hidden: number };
  purge(): void;
}

/** A queue with its messages in `<folder>/<name>.json`. The file is rewritten at each change, because queues are short. */
export function openQueue(folder: string, name: string, settings: QueueSettings, clock: Clock): Queue {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  let messages = readJsonSync(path, z.array(Message)) ?? [];
  const listeners: (() => void)[] = [];
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
    for (const message of dead) redrive.deadLetters.take(message);
  };
  return {
    send(body, delay = 0) {
      const now = clock.now();
      const visibleAt = now + delay * 1000;
      const message: Message = { id: randomUUID(), body, sentAt: now, receiveCount: 0, visibleAt };
      current().push(message);
      save();
      notifyListeners();
      return { MessageId: message.id, MD5OfMessageBody: md5(body) };
    },
    receive({ most, visibilityTimeout = settings.visibilityTimeout }) {
      const now = clock.now();
      moveDeadLetters(now);
      const taken = current()
        .filter(({ visibleAt }) => visibleAt <= now)
        .slice(0, most);
      const received = taken.map((message) => {
        const receipt = randomUUID();
        message.receipt = receipt;
        message.receiveCount += 1;
        message.firstReceivedAt ??= now;
        message.visibleAt = now + visibilityTimeout * 1000;
        return {
          MessageId: message.id,
          ReceiptHandle: receipt,
          MD5OfBody: md5(message.body),
          Body: message.body,
          Attributes: {
            SentTimestamp: `${message.sentAt}`,
            ApproximateReceiveCount: `${message.receiveCount}`,
            ApproximateFirstReceiveTimestamp: `${message.firstReceivedAt}`,
          },
        };
      });
      if (received.length > 0) save();
      return received;
    },
    remove(receiptHandle) {
      messages = current().filter(({ receipt }) => receipt !== receiptHandle);
      save();
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
      const times = current().map(({ visibleAt }) => visibleAt);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    onChange: (listener) => void listeners.push(listener),
    count() {
      const now = clock.now();
      const visible = current().filter(({ visibleAt }) => visibleAt <= now).length;
      return { visible, hidden: messages.length - visible };
    },
    purge() {
      messages = [];
      save();
    },
  };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
