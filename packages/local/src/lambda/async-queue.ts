import type { Context } from '#context';
import type { Queues } from '#sqs/start';
import { type EventInvokeConfig, eventInvokeConfig } from './event-invoke-config.ts';
import { functionConfig } from './function-config.ts';
import type { InvokeResult } from './functions.ts';
import { type Condition, invocationRecord } from './invocation-record.ts';

/** The queue of asynchronous invocations. */
export interface AsyncQueue {
  /** Accepts an event, which the function gets at least once. @throws BrokenStack */
  accept(functionId: string, event: unknown, requestId: string): void;
  /** Drops the waiting events. */
  stop(): void;
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
export function createAsyncQueue(context: Context, queues: Queues): AsyncQueue {
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
    if (result.ok || stopped) return countDone(functionId);
    if (result.throttled) {
      const delay = Math.min(firstThrottlePause * 2 ** queued.throttles, longestThrottlePause);
      return after(delay / timeScale, () => enqueue({ ...queued, throttles: queued.throttles + 1 }));
    }
    const attempts = queued.attempts + 1;
    if (attempts > config.retries) return discard({ ...queued, attempts }, 'RetriesExhausted', result);
    counters.count('lambda.event-retries');
    after((retryDelays[attempts - 1] ?? 0) / timeScale, () => enqueue({ ...queued, attempts, throttles: 0 }));
  }

  async function discard(queued: QueuedEvent, condition: Condition, result: InvokeResult | undefined): Promise<void> {
    const { functionId, event, requestId, attempts, config } = queued;
    const { arn: functionArn, principal } = functionConfig(context.stack, functionId);
    const reason = result?.ok === false ? `${result.errorType}: ${result.errorMessage}` : condition;
    context.log(`${functionId}: gave up an event (${condition}); ${reason}`);
    try {
      if (!config.failureQueueArn) return;
      const now = clock.now();
      const record = invocationRecord({ requestId, functionArn, condition, attempts, event, result, now });
      await queues.send(config.failureQueueArn, JSON.stringify(record), principal);
      counters.count('lambda.dead-letters');
    } catch (error) {
      // As on AWS, an event is lost if its record cannot be sent.
      context.log(`${functionId}: unable to keep the failed event; ${String(error)}`);
    } finally {
      countDone(functionId);
    }
  }

  return {
    accept(functionId, event, requestId) {
      const config = eventInvokeConfig(context.stack, functionId);
      counters.count(`lambda.event:${functionId}`);
      enqueue({ functionId, event, requestId, config, acceptedAt: clock.now(), attempts: 0, throttles: 0 });
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      waiting.clear();
    },
  };
}
