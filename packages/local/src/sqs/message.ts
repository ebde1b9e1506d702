import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MessageAttributes, md5OfAttributes } from './attributes.ts';

/** A message as it is stored. Files from before have no optional fields. */
export const Message = z.object({
  id: z.string(),
  body: z.string(),
  /** All times are milliseconds since the epoch. */
  sentAt: z.number(),
  firstReceivedAt: z.number().optional(),
  receiveCount: z.number(),
  visibleAt: z.number(),
  receipt: z.string().optional(),
  attributes: MessageAttributes.optional(),
  /** Of X-Ray: the one system attribute that a sender can set. */
  traceHeader: z.string().optional(),
  senderId: z.string().optional(),
  groupId: z.string().optional(),
  deduplicationId: z.string().optional(),
  sequenceNumber: z.string().optional(),
  /** The queue in which the message died. */
  deadLetterOf: z.string().optional(),
});
export type Message = z.infer<typeof Message>;

/** What a sender says. */
export interface NewMessage {
  readonly body: string;
  /** Seconds, after scaling; the queue's own by default. */
  readonly delay?: number | undefined;
  readonly attributes?: MessageAttributes | undefined;
  readonly traceHeader?: string | undefined;
  readonly senderId?: string | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
}

/** The answer to a sender. */
export function toSent({ id, body, attributes, traceHeader, sequenceNumber }: Message) {
  const MD5OfMessageAttributes = md5OfAttributes(attributes);
  const MD5OfMessageSystemAttributes =
    traceHeader && md5OfAttributes({ AWSTraceHeader: { DataType: 'String', StringValue: traceHeader } });
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    ...(MD5OfMessageAttributes && { MD5OfMessageAttributes }),
    ...(MD5OfMessageSystemAttributes && { MD5OfMessageSystemAttributes }),
    ...(sequenceNumber && { SequenceNumber: sequenceNumber }),
  };
}

/** A message in the format of ReceiveMessage, with all that a receiver may ask for. */
export type ReceivedMessage = ReturnType<typeof toReceived>;

export function toReceived(message: Message) {
  const system = {
    SenderId: message.senderId,
    SentTimestamp: `${message.sentAt}`,
    ApproximateReceiveCount: `${message.receiveCount}`,
    ApproximateFirstReceiveTimestamp: `${message.firstReceivedAt}`,
    AWSTraceHeader: message.traceHeader,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.sequenceNumber,
    DeadLetterQueueSourceArn: message.deadLetterOf,
  };
  const Attributes: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries(system).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt ?? '',
    MD5OfBody: md5(message.body),
    Body: message.body,
    Attributes,
    MessageAttributes: message.attributes,
    MD5OfMessageAttributes: md5OfAttributes(message.attributes),
  };
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
