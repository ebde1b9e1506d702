import type { InvokeResult } from './functions.ts';

export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/**
 * What Lambda sends to the destination of an asynchronous event. Unlike a stream's record, it contains the event.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @param options.result the result of the last attempt, if there was one
 */
export function invocationRecord(options: {
  requestId: string;
  functionArn: string;
  condition: Condition;
  attempts: number;
  event: unknown;
  result: InvokeResult | undefined;
  now: number;
}) {
  const { requestId, functionArn, condition, attempts, event, result, now } = options;
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: attempts,
    },
    requestPayload: event,
    ...(result?.ok === true && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: result.payload,
    }),
    ...(result?.ok === false && {
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: result.errorType, errorMessage: result.errorMessage },
    }),
  };
}

export type InvocationRecord = ReturnType<typeof invocationRecord>;
