import { z } from 'zod';
import { AwsError } from '#aws-json/aws-error';
import type { Queue } from './queue.ts';

/** Seconds, at most a quarter of an hour. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const delay = z.number().int().min(0).max(900).default(0);

const shapes = {
  SendMessage: z.looseObject({ MessageBody: z.string().min(1), DelaySeconds: delay }),
  ReceiveMessage: z.looseObject({
    MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
    VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  }),
  DeleteMessage: z.looseObject({ ReceiptHandle: z.string() }),
  ChangeMessageVisibility: z.looseObject({
    ReceiptHandle: z.string(),
    VisibilityTimeout: z.number().int().min(0).max(43_200),
  }),
  SendMessageBatch: z.looseObject({
    Entries: z.array(
      z.looseObject({
        Id: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
        MessageBody: z.string().min(1),
        DelaySeconds: delay,
      }),
    ),
  }),
};

const isReceipt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** SQS's limits for a batch. */
const maxEntries = 10;
const maxBatchBytes = 1024 * 1024;

type Handler = (queue: Queue, input: unknown, about: { arn: string; timeScale: number }) => object;

/** Names, inputs and outputs are those of SQS. */
const handlers: Readonly<Record<string, Handler>> = {
  SendMessage(queue, input, { timeScale }) {
    const { MessageBody, DelaySeconds } = shapes.SendMessage.parse(input);
    return queue.send(MessageBody, DelaySeconds / timeScale);
  },
  SendMessageBatch(queue, input, { timeScale }) {
    const { Entries } = shapes.SendMessageBatch.parse(input);
    if (Entries.length === 0) throw sqsError('EmptyBatchRequest', 'There should be at least one entry in the batch.');
    if (Entries.length > maxEntries) {
      throw sqsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${maxEntries}.`);
    }
    if (new Set(Entries.map(({ Id }) => Id)).size < Entries.length) {
      throw sqsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
    }
    const size = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    if (size > maxBatchBytes) {
      throw sqsError('BatchRequestTooLong', `Batch requests cannot be longer than ${maxBatchBytes} bytes.`);
    }
    const Successful = Entries.map(({ Id, MessageBody, DelaySeconds }) => ({
      Id,
      ...queue.send(MessageBody, DelaySeconds / timeScale),
    }));
    return { Successful, Failed: [] };
  },
  ChangeMessageVisibility(queue, input, { timeScale }) {
    const { ReceiptHandle, VisibilityTimeout } = shapes.ChangeMessageVisibility.parse(input);
    checkReceipt(ReceiptHandle);
    if (!queue.hide(ReceiptHandle, VisibilityTimeout / timeScale)) {
      const message = `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`;
      throw sqsError('MessageNotInflight', message);
    }
    return {};
  },
  ReceiveMessage(queue, input) {
    const { MaxNumberOfMessages: most, VisibilityTimeout: visibilityTimeout } = shapes.ReceiveMessage.parse(input);
    const Messages = queue.receive({ most, visibilityTimeout });
    return Messages.length > 0 ? { Messages } : {};
  },
  DeleteMessage(queue, input) {
    const { ReceiptHandle } = shapes.DeleteMessage.parse(input);
    checkReceipt(ReceiptHandle);
    queue.remove(ReceiptHandle);
    return {};
  },
  PurgeQueue(queue) {
    queue.purge();
    return {};
  },
  GetQueueAttributes(queue, _input, { arn }) {
    const { visible, hidden } = queue.count();
    return {
      Attributes: {
        QueueArn: arn,
        ApproximateNumberOfMessages: `${visible}`,
        ApproximateNumberOfMessagesNotVisible: `${hidden}`,
      },
    };
  },
};

export const operations: ReadonlyMap<string, Handler> = new Map(Object.entries(handlers));

/** A receipt handle that no queue can have given is refused. An outdated one is accepted, and does nothing. */
function checkReceipt(receiptHandle: string): void {
  if (isReceipt.test(receiptHandle)) return;
  throw sqsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', 'ReceiptHandleIsInvalid');
}

/** @param queryCode the error's name in the older query protocol, which SDKs still use */
export function sqsError(name: string, message: string, queryCode = `AWS.SimpleQueueService.${name}`): AwsError {
  return new AwsError(`com.amazonaws.sqs#${name}`, message, {
    headers: { 'x-amzn-query-error': `${queryCode};Sender` },
  });
}
