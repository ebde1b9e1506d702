/** The frame around every function: services, parsing, log keys, errors and metrics are the same everywhere. docs/decisions/0034-one-frame-around-every-function.md */

import type { Context } from 'aws-lambda';
import * as z from 'zod/mini';
import { ChatError } from '#protocol/errors';
import type { Log } from './log.ts';

interface HandlerOptions<Services extends { readonly log: Log }, Event, Answer> {
  /** Opened once, when the function starts, so that later events reuse their connections. */
  readonly services: Services;
  /** The event as AWS documents it. */
  readonly event: z.ZodMiniType<Event>;
  /** What every log line of the event says, besides the request's id. */
  readonly logKeys?: (event: Event) => Readonly<Record<string, string | undefined>>;
  /** ms; when the event reached AWS, where the event says it. */
  readonly received?: (event: Event) => number;
  readonly run: (event: Event, services: Services) => Promise<Answer>;
  /** The answer to an error. Without it the error is thrown, and the function's caller tries again or gives up. */
  readonly answerError?: (error: ChatError, event: Event) => Answer | Promise<Answer>;
}

/** @throws when AWS sent another event than it documents */
export function createHandler<Services extends { readonly log: Log }, Event, Answer>(
  options: HandlerOptions<Services, Event, Answer>,
): (event: unknown, context: Context) => Promise<Answer> {
  const { services, logKeys, received, run, answerError } = options;
  const { log } = services;
  return async function handler(input, context) {
    const event = z.parse(options.event, input);
    log.setKeys({ requestId: context.awsRequestId, ...logKeys?.(event) }, received?.(event));
    try {
      return await run(event, services);
    } catch (error) {
      const known = error instanceof ChatError ? error : undefined;
      if (known && known.code !== 'internal') log.refused(known.code, known.message);
      else log.error('unexpected', { error: error as Error });
      if (!answerError) throw error;
      return await answerError(
        known ?? new ChatError('internal', 'something went wrong on our side: try again'),
        event,
      );
    } finally {
      log.writeCounts();
    }
  };
}
