import { z } from 'zod';
import { AwsError } from '#aws-json/aws-error';
import { chosenAttributes, MessageAttributes, md5OfAttributes } from './attributes.ts';
import { checkMessage, sizeOf } from './check-message.ts';
import { sqsError } from './errors.ts';
import type { NewMessage, ReceivedMessage } from './message.ts';
import type { Queue } from './queue.ts';
import { describeQueue, type QueueProperties } from './queue-settings.ts';
import { receive } from './receive.ts';

const Outgoing = z.looseObject({
  MessageBody: z.string(),
  /** Seconds, at most a quarter of an hour. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
  DelaySeconds: z.number().int().min(0).max(900).optional(),
  MessageAttributes: MessageAttributes.optional(),
  MessageSystemAttributes: z
    .looseObject({ AWSTraceHeader: z.looseObject({ StringValue: z.string() }).optional() })
    .optional(),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
});
const names = z.array(z.string()).default([]);
const Incoming = z.looseObject({
  MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
  VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  WaitTimeSeconds: z.number().int().min(0).max(20).optional(),
  AttributeNames: names,
  MessageSystemAttributeNames: names,
  MessageAttributeNames: names,
});
const Handle = z.looseObject({ ReceiptHandle: z.string() });
const Visibility = Handle.extend({ VisibilityTimeout: z.number().int().min(0).max(43_200) });
const Attributes = z.looseObject({ AttributeNames: names });
const Entries = z.looseObject({
  Entries: z.array(z.looseObject({ Id: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/) })),
});

const isReceipt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** SQS's limits for a batch. */
const maxEntries = 10;
const maxBatchBytes = 1024 * 1024;

/** What an operation needs besides its input. */
export interface Called {
  readonly queue: Queue;
  readonly arn: string;
  readonly properties: QueueProperties;
  readonly timeScale: number;
  readonly now: () => number;
  /** The caller, which receivers may see. */
  readonly senderId: string;
  /** Ends waiting when the runtime stops. */
  readonly signal: AbortSignal;
}

type Handler = (called: Called, input: unknown) => object | Promise<object>;

/** Names, inputs and outputs are those of SQS. */
const handlers: Readonly<Record<string, Handler>> = {
  SendMessage,
  SendMessageBatch(called, input) {
    const { Entries } = z.looseObject({ Entries: z.array(Outgoing) }).parse(input);
    const size = Entries.reduce((sum, entry) => sum + sizeOf(toMessage(called, entry)), 0);
    if (size > maxBatchBytes) {
      throw sqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${maxBatchBytes} bytes.`);
    }
    return inBatch(called, input, SendMessage);
  },
  async ReceiveMessage({ queue, properties, timeScale, now, signal }, input) {
    const asked = Incoming.parse(input);
    const { MaxNumberOfMessages: most, VisibilityTimeout: visibilityTimeout } = asked;
    const wait = ((asked.WaitTimeSeconds ?? properties.ReceiveMessageWaitTimeSeconds) * 1000) / timeScale;
    const messages = await receive(queue, { most, visibilityTimeout, wait, now }, signal);
    const Messages = messages.map((message) => asAsked(message, asked));
    return Messages.length > 0 ? { Messages } : {};
  },
  DeleteMessage,
  DeleteMessageBatch: (called, input) => inBatch(called, input, DeleteMessage),
  ChangeMessageVisibility,
  ChangeMessageVisibilityBatch: (called, input) => inBatch(called, input, ChangeMessageVisibility),
  PurgeQueue({ queue }) {
    queue.purge();
    return {};
  },
  GetQueueAttributes({ queue, arn, properties }, input) {
    const { AttributeNames } = Attributes.parse(input);
    const { visible, hidden, delayed } = queue.count();
    const all = {
      QueueArn: arn,
      ApproximateNumberOfMessages: `${visible}`,
      ApproximateNumberOfMessagesNotVisible: `${hidden}`,
      ApproximateNumberOfMessagesDelayed: `${delayed}`,
      ...describeQueue(properties),
    };
    const asked = Object.entries(all).filter(
      ([name]) => AttributeNames.includes('All') || AttributeNames.includes(name),
    );
    return asked.length > 0 ? { Attributes: Object.fromEntries(asked) } : {};
  },
};

export const operations: ReadonlyMap<string, Handler> = new Map(Object.entries(handlers));

function SendMessage(called: Called, input: unknown) {
  const asked = Outgoing.parse(input);
  const message = toMessage(called, asked);
  checkMessage(called.queue, message, { delay: asked.DelaySeconds }, called.properties.MaximumMessageSize);
  return called.queue.send(message);
}

function toMessage({ queue, senderId, timeScale }: Called, asked: z.infer<typeof Outgoing>): NewMessage {
  const { MessageBody: body, DelaySeconds, MessageSystemAttributes } = asked;
  return {
    body,
    delay: DelaySeconds === undefined || queue.isFifo ? undefined : DelaySeconds / timeScale,
    attributes: asked.MessageAttributes,
    traceHeader: MessageSystemAttributes?.AWSTraceHeader?.StringValue,
    senderId,
    groupId: asked.MessageGroupId,
    deduplicationId: asked.MessageDeduplicationId,
  };
}

function DeleteMessage({ queue, now }: Called, input: unknown) {
  const { ReceiptHandle } = Handle.parse(input);
  checkReceipt(ReceiptHandle);
  // A FIFO queue refuses where a standard queue deletes: another receiver may have the message by now.
  if (queue.isFifo && (queue.visibleAt(ReceiptHandle) ?? Number.POSITIVE_INFINITY) <= now()) {
    const message = `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`;
    throw sqsError('InvalidParameterValue', message, 'InvalidParameterValue');
  }
  queue.remove(ReceiptHandle);
  return {};
}

function ChangeMessageVisibility({ queue, timeScale }: Called, input: unknown) {
  const { ReceiptHandle, VisibilityTimeout } = Visibility.parse(input);
  checkReceipt(ReceiptHandle);
  if (!queue.hide(ReceiptHandle, VisibilityTimeout / timeScale)) {
    const message = `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
    throw sqsError('MessageNotInflight', message);
  }
  return {};
}

/** Carries out each entry by itself: some may fail. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html */
function inBatch(called: Called, input: unknown, handler: (called: Called, entry: unknown) => object): object {
  const entries = Entries.parse(input).Entries;
  if (entries.length === 0) throw sqsError('EmptyBatchRequest', 'There should be at least one entry in the batch.');
  if (entries.length > maxEntries) {
    throw sqsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${maxEntries}.`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw sqsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...handler(called, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

/** A receiver gets the attributes that it asks for, and no others. */
function asAsked(message: ReceivedMessage, asked: z.infer<typeof Incoming>): object {
  const { Attributes: all, MessageAttributes: own, MD5OfMessageAttributes: _, ...rest } = message;
  const system = [...asked.AttributeNames, ...asked.MessageSystemAttributeNames];
  const Attributes = Object.entries(all).filter(([name]) => system.includes('All') || system.includes(name));
  const chosen = chosenAttributes(own, asked.MessageAttributeNames);
  return {
    ...rest,
    ...(Attributes.length > 0 && { Attributes: Object.fromEntries(Attributes) }),
    ...(chosen && { MessageAttributes: chosen, MD5OfMessageAttributes: md5OfAttributes(chosen) }),
  };
}

/** A receipt handle that no queue can have given is refused. An outdated one is accepted, and does nothing. */
function checkReceipt(receiptHandle: string): void {
  if (isReceipt.test(receiptHandle)) return;
  throw sqsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', 'ReceiptHandleIsInvalid');
}
