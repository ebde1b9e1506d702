import { createWakeableTimer } from '#streams/wakeable-timer';
import type { ReceivedMessage } from './message.ts';
import type { Queue } from './queue.ts';

/** A test's clock may move without timers. */
const lookEveryMs = 250;

/**
 * Long polling: waits until there is a message, at most `wait` milliseconds of real time.
 * Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 * @param signal ends the wait when the runtime stops
 */
export async function receive(
  queue: Queue,
  options: { most: number; visibilityTimeout?: number | undefined; wait: number; now: () => number },
  signal: AbortSignal,
): Promise<ReceivedMessage[]> {
  const { wait, now } = options;
  const first = queue.receive(options);
  if (first.length > 0 || wait === 0) return first;
  const timer = createWakeableTimer();
  const stopListening = queue.onChange(timer.wake);
  signal.addEventListener('abort', timer.wake);
  try {
    const end = performance.now() + wait;
    while (!signal.aborted) {
      const left = end - performance.now();
      if (left <= 0) return [];
      const next = queue.nextVisibleAt();
      const pause = next === undefined ? lookEveryMs : Math.max(5, next - now());
      await timer.sleep(Math.min(left, pause, lookEveryMs));
      const messages = signal.aborted ? [] : queue.receive(options);
      if (messages.length > 0) return messages;
    }
    return [];
  } finally {
    stopListening();
    signal.removeEventListener('abort', timer.wake);
  }
}
