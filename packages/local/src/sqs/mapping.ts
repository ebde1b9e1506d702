import { z } from 'zod';
import type { Resource, Stack } from '#assembly/stack';
import { findFunction } from '#lambda/find-function';
import { functionConfig } from '#lambda/function-config';
import { unservedMapping } from '#lambda/unserved-mapping';
import { readFilters } from '#patterns/pattern';
import { queueProperties } from './queue-settings.ts';

/** Lambda begins with five batches at a time, and more for a long queue. Five are enough locally. */
const maxConcurrency = 5;

/** The defaults are those of Lambda for SQS. Source of the limits: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
const Properties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().int().min(1).max(10_000).default(10),
  MaximumBatchingWindowInSeconds: z.number().int().min(0).max(300).default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.number().int().min(2).max(1_000) }).optional(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) }).optional(),
});
const Source = z.looseObject({ EventSourceArn: z.string() });

export function isQueueMapping({ properties }: Resource): boolean {
  return Source.safeParse(properties).data?.EventSourceArn.startsWith('arn:aws:sqs:') ?? false;
}

/** An `AWS::Lambda::EventSourceMapping` on a queue, resolved. */
export type QueueMapping = Readonly<ReturnType<typeof readQueueMappings>[number]>;

/** The stack's enabled mappings on its queues. @throws Error, one sentence, for a mapping that is not served or that Lambda refuses */
export function readQueueMappings(stack: Stack) {
  return stack
    .ofType('AWS::Lambda::EventSourceMapping')
    .filter((resource) => isQueueMapping(resource) && !unservedMapping(stack, resource))
    .flatMap(({ logicalId, properties }) => {
      const fail = (reason: string) => new Error(`unable to serve the event source mapping ${logicalId}; ${reason}`);
      const { data, error } = Properties.safeParse(properties);
      if (!data) throw fail(z.prettifyError(error));
      if (!data.Enabled) return [];
      const functionId = findFunction(stack, data.FunctionName);
      if (functionId === undefined) throw fail(`${data.FunctionName} is not a function of this stack`);
      const queue = stack
        .ofType('AWS::SQS::Queue')
        .find((resource) => stack.arn(resource.logicalId) === data.EventSourceArn);
      if (!queue) throw fail(`${data.EventSourceArn} is not a queue of this stack`);
      const { principal, timeoutSeconds } = functionConfig(stack, functionId);
      const { VisibilityTimeout, FifoQueue } = queueProperties(queue);
      const { BatchSize, MaximumBatchingWindowInSeconds: window } = data;
      const filters = data.FilterCriteria?.Filters ?? [];
      if (FifoQueue && window > 0) throw fail('Batching window is not supported for FIFO queues');
      if (BatchSize > 10 && FifoQueue) throw fail(`a FIFO queue gives at most 10 messages, not ${BatchSize}`);
      if (BatchSize > 10 && window === 0)
        throw fail('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
      // Lambda's own sentence. Otherwise a message could be received again while its function still runs.
      if (VisibilityTimeout < timeoutSeconds) {
        throw fail(
          `Queue visibility timeout: ${VisibilityTimeout} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
        );
      }
      return [
        {
          id: logicalId,
          functionId,
          /** A session of the function's role, which polls the queue. */
          principal,
          queueArn: data.EventSourceArn,
          batchSize: BatchSize,
          /** Seconds that a batch may wait until it is full. */
          windowSeconds: window,
          /** Messages that match no filter are deleted, and no function sees them. Undefined: there are no filters. */
          matches: filters.length > 0 ? readFilters(filters.map(({ Pattern }) => Pattern)) : undefined,
          /** Seconds, as in the template. */
          visibilityTimeout: VisibilityTimeout,
          /** Batches at the same time. */
          concurrency: Math.min(data.ScalingConfig?.MaximumConcurrency ?? maxConcurrency, maxConcurrency),
          reportsFailures: data.FunctionResponseTypes.length > 0,
        },
      ];
    });
}
