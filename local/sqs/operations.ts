import { z } from 'zod';
import type { Queue } from './queue.ts';
import { Refusal } from './refusal.ts';

const shapes = {
  SendMessage: z.looseObject({ MessageBody: z.string().min(1) }),
  ReceiveMessage: z.looseObject({
    MaxNumberOfMessages: z.number().int().min(1).max(10).default(1),
    VisibilityTimeout: z.number().int().min(0).max(43_200).optional(),
  }),
  DeleteMessage: z.looseObject({ ReceiptHandle: z.string() }),
};

const isReceipt = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Handler = (queue: Queue, input: unknown, arn: string) => object;

/** What can be asked of a queue: looking into it and emptying it. Names, inputs and outputs are SQS's. */
const handlers: Readonly<Record<string, Handler>> = {
  SendMessage: (queue, input) => queue.send(shapes.SendMessage.parse(input).MessageBody),
  ReceiveMessage(queue, input) {
    const { MaxNumberOfMessages: most, VisibilityTimeout: visibilityTimeout } = shapes.ReceiveMessage.parse(input);
    const Messages = queue.receive({ most, visibilityTimeout });
    return Messages.length > 0 ? { Messages } : {};
  },
  DeleteMessage(queue, input) {
    const { ReceiptHandle } = shapes.DeleteMessage.parse(input);
    // One that no queue ever gave out; an outdated one is accepted, and does nothing.
    if (!isReceipt.test(ReceiptHandle)) {
      const message = 'The input receipt handle is invalid.';
      throw new Refusal(400, 'com.amazonaws.sqs#ReceiptHandleIsInvalid', message, 'ReceiptHandleIsInvalid');
    }
    queue.remove(ReceiptHandle);
    return {};
  },
  PurgeQueue(queue) {
    queue.purge();
    return {};
  },
  GetQueueAttributes(queue, _input, arn) {
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
