import { z } from 'zod';
import { parseOrBroken } from '#assembly/broken-stack';
import type { Resource } from '#assembly/stack';
import { isObject, parseJson } from '#text';

/** Templates also have `"true"`. */
const flag = z.preprocess(
  (value) => (typeof value === 'string' ? value === 'true' : value),
  z.boolean().default(false),
);
const seconds = (most: number, otherwise: number) => z.coerce.number().int().min(0).max(most).default(otherwise);
const redrive = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1_000),
});

/** Source of limits and defaults: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html */
const Properties = z.object({
  QueueName: z.string().optional(),
  VisibilityTimeout: seconds(43_200, 30),
  MessageRetentionPeriod: z.coerce.number().int().min(60).max(1_209_600).default(345_600),
  DelaySeconds: seconds(900, 0),
  ReceiveMessageWaitTimeSeconds: seconds(20, 0),
  MaximumMessageSize: z.coerce.number().int().min(1_024).max(1_048_576).default(1_048_576),
  FifoQueue: flag,
  ContentBasedDeduplication: flag,
  DeduplicationScope: z.enum(['queue', 'messageGroup']).default('queue'),
  RedrivePolicy: z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), redrive.optional()),
});

/** An `AWS::SQS::Queue` as the template describes it. */
export type QueueProperties = z.infer<typeof Properties>;

/** @throws BrokenStack for what SQS refuses on deployment */
export function queueProperties({ logicalId, properties }: Resource): QueueProperties {
  const task = `serve the queue ${logicalId}`;
  return parseOrBroken(
    Properties.refine(
      ({ FifoQueue, QueueName }) => QueueName === undefined || QueueName.endsWith('.fifo') === FifoQueue,
      'the name of a FIFO queue ends with .fifo, and no other name does',
    ).refine(
      ({ FifoQueue, ContentBasedDeduplication }) => FifoQueue || !ContentBasedDeduplication,
      'ContentBasedDeduplication is for FIFO queues',
    ),
    isObject(properties) ? properties : {},
    task,
  );
}

/** The answer of GetQueueAttributes that the template gives. */
export function describeQueue(properties: QueueProperties): Record<string, string> {
  const { RedrivePolicy, FifoQueue, ContentBasedDeduplication, DeduplicationScope } = properties;
  return {
    VisibilityTimeout: `${properties.VisibilityTimeout}`,
    MessageRetentionPeriod: `${properties.MessageRetentionPeriod}`,
    DelaySeconds: `${properties.DelaySeconds}`,
    ReceiveMessageWaitTimeSeconds: `${properties.ReceiveMessageWaitTimeSeconds}`,
    MaximumMessageSize: `${properties.MaximumMessageSize}`,
    ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(RedrivePolicy) }),
    ...(FifoQueue && {
      FifoQueue: 'true',
      ContentBasedDeduplication: `${ContentBasedDeduplication}`,
      DeduplicationScope,
    }),
  };
}
