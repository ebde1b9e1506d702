import type { MetricStore } from '#cloudwatch/metric-store';

/**
 * `AWS/DynamoDB`'s metrics of a table or of one of its indexes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
function record(
  metrics: MetricStore,
  of: { table: string; index?: string | undefined; operation?: string },
  name: string,
  value: number,
  unit = 'Count',
): void {
  const dimensions = {
    TableName: of.table,
    ...(of.index !== undefined && { GlobalSecondaryIndexName: of.index }),
    ...(of.operation !== undefined && { Operation: of.operation }),
  };
  metrics.record({ namespace: 'AWS/DynamoDB', name, dimensions }, value, { unit });
}

/** A read or write that a partition refused. */
export function recordThrottle(metrics: MetricStore, kind: 'Read' | 'Write', table: string, index?: string): void {
  record(metrics, { table, index }, `${kind}ThrottleEvents`, 1);
}

export function recordUnits(
  metrics: MetricStore,
  kind: 'Read' | 'Write',
  units: number,
  table: string,
  index?: string,
): void {
  record(metrics, { table, index }, `Consumed${kind}CapacityUnits`, units);
}

/** A request that ended. @param error its name; undefined: it succeeded @param milliseconds how long it took */
export function recordRequest(
  metrics: MetricStore,
  {
    tables,
    operation,
    error,
    milliseconds,
  }: { tables: readonly string[]; operation: string; error?: string | undefined; milliseconds: number },
): void {
  for (const table of tables) {
    if (error === undefined) {
      record(metrics, { table, operation }, 'SuccessfulRequestLatency', milliseconds, 'Milliseconds');
    } else if (throttles.has(error)) record(metrics, { table, operation }, 'ThrottledRequests', 1);
    else if (error === 'ConditionalCheckFailedException')
      record(metrics, { table }, 'ConditionalCheckFailedRequests', 1);
    else if (error === 'TransactionConflictException') record(metrics, { table }, 'TransactionConflict', 1);
    else if (serverErrors.has(error)) record(metrics, { table, operation }, 'SystemErrors', 1);
  }
}

const throttles = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded']);
const serverErrors = new Set(['InternalServerError', 'ServiceUnavailable']);
