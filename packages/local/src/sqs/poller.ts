import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '#context';
import { failedItems } from '#lambda/batch-failures';
import { runPollers } from '#lambda/run-pollers';
import { createWakeableTimer } from '#streams/wakeable-timer';
import { parseJson } from '#text';
import { type QueueMapping, readQueueMappings } from './mapping.ts';
import type { ReceivedMessage } from './message.ts';
import type { OpenQueues } from './start.ts';

export interface QueueTriggers {
  /** Resolves when no polled queue has a visible message, and no batch is being handled. */
  idle(): Promise<void>;
  /** Updates the mappings after the stack has changed. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Polling is needed beside change events, because a test's clock may move without timers. */
const pollEveryMs = 250;
/** Runs the template's event source mappings on queues. @throws Error, one sentence, for a mapping that is not served locally */
export async function startQueueTriggers(context: Context, queues: OpenQueues): Promise<QueueTriggers> {
  return runPollers(
    () => readQueueMappings(context.stack),
    (mapping) => startPoller(context, mapping, queues),
  );
}

function startPoller(context: Context, mapping: QueueMapping, queues: OpenQueues) {
  const { counters, clock, policies, timeScale } = context;
  const { region } = context.stack;
  const timer = createWakeableTimer();
  const queue = queues.open(mapping.queueArn);
  const stopListening = queue.onChange(timer.wake);
  const batches = new Set<Promise<void>>();
  let stopped = false;
  let lastProblem = '';

  /** Lambda receives and deletes with the function's role. Source: the managed policy AWSLambdaSQSQueueExecutionRole. */
  const denied = () => {
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']) {
      const decision = policies.authorize(mapping.principal, action, mapping.queueArn);
      if (!decision.allowed) return decision.message;
    }
    return '';
  };
  /** Lambda sees a body as JSON where it is JSON. https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html */
  const isWanted = (message: ReceivedMessage) => {
    if (!mapping.matches) return true;
    const record = toRecord(message, mapping, region);
    return mapping.matches({ ...record, body: parseJson(message.Body) ?? message.Body });
  };
  const windowMs = (mapping.windowSeconds * 1000) / timeScale;
  /** Received, and not yet enough for a batch. */
  const waiting: Waiting[] = [];
  const deliver = async (received: readonly Waiting[]) => {
    const messages = received.map(({ message }) => message);
    counters.count('sqs.batches');
    const event = { Records: messages.map((message) => toRecord(message, mapping, region)) };
    const result = await context.functions.invoke(mapping.functionId, event);
    const ids = messages.map(({ MessageId }) => MessageId);
    const failed = failedItems(result, ids, mapping.reportsFailures);
    for (const { message, receivedAt } of received) {
      if (!failed.has(message.MessageId)) removeOrRepeat(message.ReceiptHandle);
      else hideOn(message.ReceiptHandle, receivedAt);
    }
    if (failed.size > 0) counters.count('sqs.failed', failed.size);
  };
  const removeOrRepeat = (receiptHandle: string) => {
    const { faults } = context;
    const repeats = faults.random() < faults.repeatMessage && !mapping.queueArn.endsWith('.fifo');
    if (!repeats) return queue.remove(receiptHandle);
    counters.count('faults.repeatMessage');
    queue.hide(receiptHandle, 0);
  };
  /**
   * A failed message becomes visible when its visibility timeout ends, or at the time that the function has set. The time is scaled only now, after the
   * function: functions are not faster with a time scale, and a message must not become visible while its function runs.
   */
  const hideOn = (receiptHandle: string, receivedAt: number) => {
    const visibleAt = queue.visibleAt(receiptHandle);
    if (visibleAt === undefined || visibleAt < receivedAt + mapping.visibilityTimeout * 1000) return;
    const end = receivedAt + (mapping.visibilityTimeout * 1000) / timeScale;
    queue.hide(receiptHandle, Math.max(0, end - clock.now()) / 1000);
  };
  const run = async () => {
    while (!stopped) {
      const reason = denied();
      if (reason !== '' && reason !== lastProblem) {
        context.log(`the queue trigger ${mapping.id} does not run: ${reason}`);
      }
      lastProblem = reason;
      if (reason === '' && batches.size < mapping.concurrency) {
        const most = mapping.batchSize - waiting.length;
        const receivedAt = clock.now();
        for (const message of queue.receive({ most, visibilityTimeout: mapping.visibilityTimeout })) {
          if (isWanted(message)) waiting.push({ message, receivedAt });
          else queue.remove(message.ReceiptHandle);
        }
        const age = clock.now() - (waiting[0]?.receivedAt ?? 0);
        if (waiting.length >= mapping.batchSize || (waiting.length > 0 && age >= windowMs)) {
          const batch = deliver(waiting.splice(0)).finally(() => {
            batches.delete(batch);
            timer.wake();
          });
          batches.add(batch);
          continue;
        }
      }
      const next = queue.nextVisibleAt();
      const due = waiting[0] ? waiting[0].receivedAt + windowMs : next;
      const pause = due === undefined ? pollEveryMs : Math.max(5, due - clock.now());
      await timer.sleep(Math.min(pause, pollEveryMs));
    }
  };
  const running = run();

  return {
    async idle() {
      while (!stopped && lastProblem === '' && (queue.count().visible > 0 || batches.size + waiting.length > 0)) {
        await Promise.all(batches);
        await wait(2);
      }
    },
    async stop() {
      stopped = true;
      timer.wake();
      await running;
      stopListening();
      // What was received for a batch that never began is there at once after the next start.
      for (const { message } of waiting.splice(0)) queue.hide(message.ReceiptHandle, 0);
      await Promise.all(batches);
    },
  };
}

interface Waiting {
  readonly message: ReceivedMessage;
  readonly receivedAt: number;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function toRecord(message: ReceivedMessage, { queueArn, principal }: QueueMapping, awsRegion: string): object {
  const { MessageAttributes = {}, MD5OfMessageAttributes } = message;
  const messageAttributes = Object.entries(MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
      stringListValues: [],
      binaryListValues: [],
      dataType: DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: { SenderId: principal.arn, ...message.Attributes },
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfBody: message.MD5OfBody,
    ...(MD5OfMessageAttributes && { md5OfMessageAttributes: MD5OfMessageAttributes }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion,
  };
}
