import type { InvokeResult } from '../lambda/functions.ts';
import type { StreamRecord } from './record.ts';

/** What an invocation means for its batch: `done` records from the front are finished, the others are to be tried again. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly done: number; readonly functionError: boolean };

/**
 * Lambda's rules for `ReportBatchItemFailures`: it goes on at the failed record with the lowest sequence number, with all that follow;
 * no answer, no list, an empty one or null is success; an empty, null, missing or unknown identifier makes the whole batch failed.
 * Without the setting whatever the function returns is success.
 * Source: Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda".
 */
export function judge(result: InvokeResult, records: readonly StreamRecord[], reportsFailures: boolean): Outcome {
  if (!result.ok) return { kind: 'failure', done: 0, functionError: true };
  if (!reportsFailures || result.payload === null || result.payload === undefined) return { kind: 'success' };
  const whole: Outcome = { kind: 'failure', done: 0, functionError: false };
  if (typeof result.payload !== 'object') return whole;
  const failures: unknown = 'batchItemFailures' in result.payload ? result.payload.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return { kind: 'success' };
  if (!Array.isArray(failures)) return whole;
  const failed = failures.map((failure: unknown) => {
    const identifier: unknown = Object(failure).itemIdentifier;
    return records.findIndex(({ sequenceNumber }) => sequenceNumber === identifier);
  });
  if (failed.length === 0) return { kind: 'success' };
  return failed.includes(-1) ? whole : { kind: 'failure', done: Math.min(...failed), functionError: false };
}
