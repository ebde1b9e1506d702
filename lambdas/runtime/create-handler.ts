/** The frame around every function: services, parsing, log keys, errors and their count are the same everywhere. docs/decisions/0034-one-frame-around-every-function.md */

import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { ChatError, type ErrorCode } from '#protocol/errors';
import type { Log } from './log.ts';

interface HandlerOptions<Services extends { readonly log: Log }, Event, Answer> {
  /** Opened once, when the function starts, so that later events reuse their connections. */
  readonly services: Services;
  /** The event as AWS documents it. */
  readonly event: z.ZodMiniType<Event>;
  /** What every log line of the event says, besides the request's id. */
  readonly logKeys?: (event: Event) => Readonly<Record<string, string | undefined>>;
  readonly run: (event: Event, services: Services) => Promise<Answer>;
  /** The answer to an error. Without it the error is thrown, and the function's caller tries again or gives up. */
  readonly answerError?: (error: ChatError, event: Event) => Answer | Promise<Answer>;
}

/** @throws when AWS sent another event than it documents */
export function createHandler<Services extends { readonly log: Log }, Event, Answer>(
  options: HandlerOptions<Services, Event, Answer>,
): (event: unknown, context: Context) => Promise<Answer> {
  const { services, logKeys, run, answerError } = options;
  const { log } = services;
  return async function handler(input, context) {
    const event = z.parse(options.event, input);
    log.setKeys({ requestId: context.awsRequestId, ...logKeys?.(event) });
    try {
      return await run(event, services);
    } catch (error) {
      const known = error instanceof ChatError ? error : undefined;
      if (known) log.info('refused', { reason: known.message, ...counted(known.code) });
      else log.error('unexpected', { error: error as Error, ...counted('internal') });
      if (!answerError) throw error;
      return answerError(known ?? new ChatError('internal', 'something went wrong on our side: try again'), event);
    }
  };
}

/**
 * Fields with which CloudWatch counts a log line as a metric: `Errors` by function and code.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function counted(code: ErrorCode) {
  const metric = {
    Namespace: process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Parley',
    Dimensions: [['service', 'code']],
    Metrics: [{ Name: 'Errors', Unit: 'Count' }],
  };
  return { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metric] }, code, Errors: 1 };
}
