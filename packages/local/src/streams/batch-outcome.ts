import type { InvokeResult } from '../lambda/functions.ts';
import type { StreamRecord } from './record.ts';

/** After a failure, `done` records from the front are finished, and the others must be tried again. */
export type Outcome =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly done: number; readonly functionError: boolean };

/**
 * Lambda's rules for `ReportBatchItemFailures`: it retries from the failed record with the lowest sequence number on. No answer, no list,
 * an empty list or null means success. An empty, null, missing or unknown identifier fails the whole batch. Without the setting, any
 * returned value means success.
 * Source: Lambda developer guide, "Configuring partial batch response with DynamoDB and Lambda".
 */
export function batchOutcome(
  result: InvokeResult,
  records: readonly StreamRecord[],
  reportsFailures: boolean,
): Outcome {
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
