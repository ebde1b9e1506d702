import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { findFunction } from '#lambda/find-function';
import { functionConfig } from '#lambda/function-config';
import { unservedMapping } from '#lambda/unserved-mapping';
import { readFilters } from '#patterns/pattern';
import { isQueueMapping } from '#sqs/mapping';

/** Source of the defaults: Lambda's parameters for DynamoDB. */
const Properties = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.number().int().min(1).max(10_000).default(100),
  MaximumBatchingWindowInSeconds: z.number().min(0).max(300).default(0),
  ParallelizationFactor: z.number().int().min(1).max(10).default(1),
  MaximumRetryAttempts: z.number().int().min(-1).max(10_000).default(-1),
  MaximumRecordAgeInSeconds: z.number().int().min(-1).max(604_800).default(-1),
  BisectBatchOnFunctionError: z.boolean().default(false),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }).optional() }).optional(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) }).optional(),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']),
  TumblingWindowInSeconds: z.literal(0).optional(),
});

const Table = z.object({ KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })) });

/** The stack's enabled mappings on table streams. @throws Error, one sentence, for a mapping that is not served locally */
export function readMappings(stack: Stack): Mapping[] {
  return stack.ofType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    if (isQueueMapping(resource) || unservedMapping(stack, resource)) return [];
    const parsed = Properties.safeParse(resource.properties);
    if (!parsed.success) {
      throw new Error(
        `unable to serve the event source mapping ${resource.logicalId}; ${z.prettifyError(parsed.error)}`,
      );
    }
    return parsed.data.Enabled ? [readMapping(stack, resource.logicalId, parsed.data)] : [];
  });
}

/** An `AWS::Lambda::EventSourceMapping` on a table's stream, resolved. */
export type Mapping = Readonly<ReturnType<typeof readMapping>>;

function readMapping(stack: Stack, id: string, properties: z.infer<typeof Properties>) {
  const fail = (reason: string) => new Error(`unable to serve the event source mapping ${id}; ${reason}`);
  const table =
    stack.byPhysicalId('AWS::DynamoDB::Table', properties.EventSourceArn) ??
    stack.byPhysicalId('AWS::DynamoDB::GlobalTable', properties.EventSourceArn);
  if (!table) throw fail(`${properties.EventSourceArn} is not a stream of a table in this stack`);
  const functionId = findFunction(stack, properties.FunctionName);
  if (functionId === undefined) throw fail(`${properties.FunctionName} is not a function of this stack`);
  const key = Table.parse(table.properties).KeySchema.find(({ KeyType }) => KeyType === 'HASH');
  const { arn, principal } = functionConfig(stack, functionId);
  return {
    id,
    functionId,
    functionArn: arn,
    /** The poller's identity: a session of the function's role. */
    principal,
    streamArn: properties.EventSourceArn,
    tableName: stack.ref(table.logicalId),
    /** The name of the table's partition key. Records with the same key go to the same batch worker. */
    partitionKey: key?.AttributeName ?? '',
    matches: readFilters((properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern)),
    batchSize: properties.BatchSize,
    windowSeconds: properties.MaximumBatchingWindowInSeconds,
    parallelBatches: properties.ParallelizationFactor,
    /** -1: until the record expires. */
    maximumRetries: properties.MaximumRetryAttempts,
    /** Seconds; -1: until the record expires. */
    maximumAge: properties.MaximumRecordAgeInSeconds,
    bisect: properties.BisectBatchOnFunctionError,
    reportsFailures: properties.FunctionResponseTypes.length > 0,
    failureQueueArn: properties.DestinationConfig?.OnFailure?.Destination,
    startingPosition: properties.StartingPosition,
  };
}
