import type { InvokeResult } from './functions.ts';

/**
 * The identifiers of the failed items of an event source mapping's batch. An error of the function fails all items. Lambda's rules for
 * `ReportBatchItemFailures`: no answer, no list, an empty list or null means success; an empty, null, missing or unknown identifier fails
 * all items. Without the setting, any returned value means success.
 * Source: Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda", and
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function failedItems(
  result: InvokeResult,
  identifiers: readonly string[],
  reportsFailures: boolean,
): ReadonlySet<string> {
  const all = new Set(identifiers);
  if (!result.ok) return all;
  const { payload } = result;
  if (!reportsFailures || payload === null || payload === undefined) return new Set();
  if (typeof payload !== 'object') return all;
  const list: unknown = 'batchItemFailures' in payload ? payload.batchItemFailures : undefined;
  if (list === null || list === undefined) return new Set();
  if (!Array.isArray(list)) return all;
  const failed = list.map((failure: unknown) => String(Object(failure).itemIdentifier));
  return failed.every((identifier) => all.has(identifier)) ? new Set(failed) : all;
}
