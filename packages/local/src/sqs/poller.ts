import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { InvokeResult } from '../lambda/functions.ts';
import { createWakeableTimer } from '../streams/wakeable-timer.ts';
import { type QueueMapping, readQueueMappings } from './mapping.ts';
import type { ReceivedMessage } from './queue.ts';
import type { OpenQueues } from './start.ts';

export interface QueueTriggers {
  /** Resolves when no message is visible in a queue that is polled, and no batch is under way. */
  idle(): Promise<void>;
  /** Runs the mappings as the stack has them now. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** ms between looks when nothing tells of a change: times in a queue may be another clock's */
const pollEvery = 250;
/** ms that stopping waits for the batches that are being handled */
const stopGrace = 2_000;

/** Runs the template's event source mappings on queues. @throws Error, one sentence, for a mapping that is not served locally */
export async function startQueueTriggers(context: Context, queues: OpenQueues): Promise<QueueTriggers> {
  const begin = (mappings: readonly QueueMapping[]) => mappings.map((mapping) => startPoller(context, mapping, queues));
  let pollers = begin(readQueueMappings(context.stack));
  const end = () => Promise.all(pollers.map((poller) => poller.stop()));
  return {
    async idle() {
      await Promise.all(pollers.map((poller) => poller.idle()));
    },
    async reload() {
      const mappings = readQueueMappings(context.stack);
      await end();
      pollers = begin(mappings);
    },
    async stop() {
      // A batch that takes longer is given up: its messages become visible again after the next start.
      await Promise.race([end(), wait(stopGrace, undefined, { ref: false })]);
    },
  };
}

function startPoller(context: Context, mapping: QueueMapping, queues: OpenQueues) {
  const { counters, clock, policies } = context;
  const sleeper = createWakeableTimer();
  const queue = queues.open(mapping.queueArn);
  queue.onChange(sleeper.wake);
  const batches = new Set<Promise<void>>();
  let stopped = false;
  let complaint = '';

  /** Lambda receives and deletes with the function's role. Source: the managed policy AWSLambdaSQSQueueExecutionRole. */
  const denied = () => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
      const decision = policies.authorize(mapping.principal, action, mapping.queueArn);
      if (!decision.allowed) return decision.message;
    }
    return '';
  };
  const deliver = async (messages: readonly ReceivedMessage[], receivedAt: number) => {
    counters.count('sqs.batches');
    const event = { Records: messages.map((message) => toRecord(message, mapping, context.stack.region)) };
    const result = await context.functions.invoke(mapping.functionId, event);
    const failed = failures(result, messages, mapping.reportsFailures);
    for (const { MessageId, ReceiptHandle } of messages) {
      if (!failed.has(MessageId)) queue.remove(ReceiptHandle);
      else hideOn(ReceiptHandle, receivedAt);
    }
    if (failed.size > 0) counters.count('sqs.failed', failed.size);
  };
  /**
   * What failed becomes visible when its visibility timeout ends, or when the function said. Scaled from here on only: functions take as
   * long as ever, and a message must not become visible while they run.
   */
  const hideOn = (receiptHandle: string, receivedAt: number) => {
    const visibleAt = queue.visibleAt(receiptHandle);
    if (visibleAt === undefined || visibleAt < receivedAt + mapping.visibilityTimeout * 1000) return;
    const end = receivedAt + (mapping.visibilityTimeout * 1000) / context.timeScale;
    queue.hide(receiptHandle, Math.max(0, end - clock.now()) / 1000);
  };
  const run = async () => {
    while (!stopped) {
      const reason = denied();
      if (reason !== '' && reason !== complaint) {
        context.log(`the queue trigger ${mapping.id} does not run: ${reason}`);
      }
      complaint = reason;
      const free = reason === '' && batches.size < mapping.concurrency;
      const { batchSize: most, visibilityTimeout } = mapping;
      const receivedAt = clock.now();
      const messages = free ? queue.receive({ most, visibilityTimeout }) : [];
      if (messages.length > 0) {
        const batch = deliver(messages, receivedAt).finally(() => {
          batches.delete(batch);
          sleeper.wake();
        });
        batches.add(batch);
        continue;
      }
      const next = queue.nextVisibleAt();
      const pause = next === undefined ? pollEvery : Math.max(5, next - clock.now());
      await sleeper.sleep(Math.min(pause, pollEvery));
    }
  };
  const running = run();

  return {
    async idle() {
      while (!stopped && complaint === '' && (queue.count().visible > 0 || batches.size > 0)) {
        await Promise.all(batches);
        await wait(2);
      }
    },
    async stop() {
      stopped = true;
      sleeper.wake();
      await running;
      await Promise.all(batches);
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function toRecord(message: ReceivedMessage, { queueArn, principal }: QueueMapping, awsRegion: string): object {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: { ...message.Attributes, SenderId: principal.arn },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion,
  };
}

/**
 * The ids of the messages that are not deleted. A function that throws fails them all, and so does an answer that names something else than
 * messages of the batch; no answer, no list or an empty one is success.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
function failures(result: InvokeResult, messages: readonly ReceivedMessage[], reports: boolean): Set<string> {
  const all = new Set(messages.map(({ MessageId }) => MessageId));
  if (!result.ok) return all;
  if (!reports || result.payload === null || result.payload === undefined) return new Set();
  if (typeof result.payload !== 'object') return all;
  const list: unknown = 'batchItemFailures' in result.payload ? result.payload.batchItemFailures : undefined;
  if (list === null || list === undefined) return new Set();
  if (!Array.isArray(list)) return all;
  const failed = list.map((failure: unknown) => String(Object(failure).itemIdentifier));
  return failed.every((id) => all.has(id)) ? new Set(failed) : all;
}
