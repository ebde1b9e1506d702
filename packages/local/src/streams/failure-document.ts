import type { Mapping } from './mapping.ts';
import type { StreamRecord } from './record.ts';

export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/**
 * What Lambda sends to an OnFailure destination: the positions of the discarded records, not the records themselves.
 * Source: Lambda developer guide, "Retain discarded batches for a DynamoDB event source".
 * @param options.attempts how often the batch was tried; 0 if it was too old before the first attempt
 */
export function failureDocument(options: {
  mapping: Mapping;
  records: readonly [StreamRecord, ...StreamRecord[]];
  condition: Condition;
  attempts: number;
  requestId: string;
  functionError: boolean;
  now: number;
}) {
  const { mapping, records, condition, attempts, requestId, functionError, now } = options;
  const [first] = records;
  const last = records.at(-1) ?? first;
  return {
    requestContext: { requestId, functionArn: mapping.functionArn, condition, approximateInvokeCount: attempts },
    responseContext:
      attempts > 0
        ? { statusCode: 200, executedVersion: '$LATEST', functionError: functionError ? 'Unhandled' : null }
        : undefined,
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    DDBStreamBatchInfo: {
      shardId: first.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: last.sequenceNumber,
      approximateArrivalOfFirstRecord: withoutMilliseconds(first.createdAt),
      approximateArrivalOfLastRecord: withoutMilliseconds(last.createdAt),
      batchSize: records.length,
      streamArn: mapping.streamArn,
    },
  };
}

export type FailureDocument = ReturnType<typeof failureDocument>;

const withoutMilliseconds = (time: number) => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
