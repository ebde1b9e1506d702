import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { NewMessage } from '#sqs/message';
import { type EventInvokeConfig, eventInvokeConfig } from './event-invoke-config.ts';
import { unqualified } from './find-function.ts';
import { functionConfig } from './function-config.ts';
import { recordFunction } from './function-metrics.ts';
import type { InvokeResult } from './functions.ts';
import { type Condition, type InvocationRecord, invocationRecord } from './invocation-record.ts';

/** The queue of asynchronous invocations. */
export interface AsyncQueue {
  /** Accepts an event, which the function gets at least once. @throws BrokenStack */
  accept(functionId: string, event: unknown, requestId: string): void;
  /** Drops the waiting events. */
  stop(): void;
}

/** Where Lambda sends what became of an asynchronous event. Each needs the function's permission. */
export interface Destinations {
  /** @param arn of a queue, topic, function or bus @throws Error, one sentence */
  send(arn: string, record: InvocationRecord, principal: Principal): Promise<void>;
  /** Sends a discarded event itself. @param arn of a queue or topic @throws Error, one sentence */
  sendDeadLetter(arn: string, message: NewMessage, principal: Principal): Promise<void>;
}

/** Concurrent events per function. Each needs an execution environment, and a laptop is not faster with more of them. */
const maxConcurrency = 4;
/** Milliseconds before the first and the second retry. */
const retryDelays = [60_000, 120_000];
/** Milliseconds before the first retry of an event that did not reach its function, and the longest pause. It doubles. */
const [firstThrottlePause, longestThrottlePause] = [1_000, 300_000];

interface QueuedEvent {
  readonly functionId: string;
  readonly event: unknown;
  readonly requestId: string;
  readonly config: EventInvokeConfig;
  readonly acceptedAt: number;
  readonly attempts: number;
  /** How often in a row it was throttled. */
  readonly throttles: number;
}

/**
 * Lambda's queue of asynchronous invocations. After a failure, an event is retried after one minute and again after two, and then discarded.
 * An event that is throttled is tried again until it is too old, and then discarded too. As on AWS, there is no order. Waiting events are in memory only.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function createAsyncQueue(context: Context, destinations: Destinations): AsyncQueue {
  const { counters, clock, faults, functions, timeScale } = context;
  const waiting = new Map<string, QueuedEvent[]>();
  const running = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const after = (milliseconds: number, then: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      then();
    }, milliseconds);
    timers.add(timer);
  };

  const next = (functionId: string) => {
    const busy = running.get(functionId) ?? 0;
    const queued = busy < maxConcurrency ? waiting.get(functionId)?.shift() : undefined;
    if (!queued || stopped) return;
    running.set(functionId, busy + 1);
    void attempt(queued)
      .catch((error: unknown) => context.log(`${functionId}: an event was lost; ${String(error)}`))
      .finally(() => {
        running.set(functionId, (running.get(functionId) ?? 1) - 1);
        next(functionId);
      });
  };

  const enqueue = (queued: QueuedEvent) => {
    const { functionId } = queued;
    const queue = waiting.get(functionId) ?? [];
    queue.push(queued);
    waiting.set(functionId, queue);
    next(functionId);
  };

  const record = (functionId: string, name: string) =>
    recordFunction(context.metrics, context.stack.ref(unqualified(functionId)), name, 1);
  const countDone = (functionId: string) => counters.count(`lambda.event-done:${functionId}`);

  async function attempt(queued: QueuedEvent): Promise<void> {
    const { functionId, event, config } = queued;
    if (clock.now() - queued.acceptedAt > (config.maximumAge * 1_000) / timeScale) {
      return discard(queued, 'EventAgeExceeded', undefined);
    }
    if (functionConfig(context.stack, functionId).reservedConcurrency === 0) {
      return discard(queued, 'ZeroReservedConcurrency', undefined);
    }
    const result = await functions.invoke(functionId, event);
    if (result.ok && faults.random() < faults.repeatEvent) {
      counters.count('faults.repeatEvent');
      await functions.invoke(functionId, event);
    }
    if (stopped) return countDone(functionId);
    if (result.ok) return await succeed({ ...queued, attempts: queued.attempts + 1 }, result);
    if (result.throttled) {
      const delay = Math.min(firstThrottlePause * 2 ** queued.throttles, longestThrottlePause);
      return after(delay / timeScale, () => enqueue({ ...queued, throttles: queued.throttles + 1 }));
    }
    const attempts = queued.attempts + 1;
    if (attempts > config.retries) return discard({ ...queued, attempts }, 'RetriesExhausted', result);
    counters.count('lambda.event-retries');
    after((retryDelays[attempts - 1] ?? 0) / timeScale, () => enqueue({ ...queued, attempts, throttles: 0 }));
  }

  /** Sends what became of an event. As on AWS, it is lost if it cannot be sent. */
  async function keep(
    queued: QueuedEvent,
    condition: Condition,
    result: InvokeResult | undefined,
    arn: string | undefined,
  ): Promise<boolean> {
    const { functionId, event, requestId, attempts } = queued;
    const { arn: functionArn, principal } = functionConfig(context.stack, functionId);
    if (arn === undefined) return false;
    const record = invocationRecord({ requestId, functionArn, condition, attempts, event, result, now: clock.now() });
    return await sent(functionId, destinations.send(arn, record, principal));
  }

  const sent = async (functionId: string, sending: Promise<void>): Promise<boolean> => {
    try {
      await sending;
      return true;
    } catch (error) {
      context.log(`${functionId}: unable to keep the failed event; ${String(error)}`);
      return false;
    }
  };

  async function succeed(queued: QueuedEvent, result: InvokeResult): Promise<void> {
    await keep(queued, 'Success', result, queued.config.onSuccess);
    countDone(queued.functionId);
  }

  async function discard(queued: QueuedEvent, condition: Condition, result: InvokeResult | undefined): Promise<void> {
    const { functionId, event, requestId, config } = queued;
    const reason = result?.ok === false ? `${result.errorType}: ${result.errorMessage}` : condition;
    context.log(`${functionId}: gave up an event (${condition}); ${reason}`);
    record(functionId, 'AsyncEventsDropped');
    const kept = await keep(queued, condition, result, config.onFailure);
    if (!kept && config.onFailure !== undefined) record(functionId, 'DestinationDeliveryFailures');
    if (config.deadLetterArn !== undefined) {
      const { principal } = functionConfig(context.stack, functionId);
      const attributes = {
        RequestID: { DataType: 'String', StringValue: requestId },
        ErrorCode: { DataType: 'Number', StringValue: '200' },
        ErrorMessage: { DataType: 'String', StringValue: reason.slice(0, 1024) },
      };
      const message = { body: JSON.stringify(event), attributes };
      await sent(functionId, destinations.sendDeadLetter(config.deadLetterArn, message, principal));
    }
    if (kept) counters.count('lambda.dead-letters');
    countDone(functionId);
  }

  return {
    accept(functionId, event, requestId) {
      const config = eventInvokeConfig(context.stack, functionId);
      counters.count(`lambda.event:${functionId}`);
      record(functionId, 'AsyncEventsReceived');
      enqueue({ functionId, event, requestId, config, acceptedAt: clock.now(), attempts: 0, throttles: 0 });
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      waiting.clear();
    },
  };
}
