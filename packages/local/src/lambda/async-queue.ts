import type { Context } from '../context.ts';
import type { Principal } from '../iam/access-keys.ts';
import type { Queues } from '../sqs/start.ts';
import { type EventInvokeConfig, eventInvokeConfig } from './event-invoke-config.ts';
import { functionConfig } from './function-config.ts';
import type { InvokeResult } from './functions.ts';
import { type Condition, invocationRecord } from './invocation-record.ts';

/** The events that functions are invoked with asynchronously. */
export interface AsyncQueue {
  /** Takes an event; the function gets it soon, at least once. @throws BrokenStack */
  accept(functionId: string, event: unknown, requestId: string): void;
  /** Forgets what waits. */
  stop(): void;
}

/** Events of one function that are handled at once: an environment each, and more of them make a laptop no faster. */
const atOnce = 4;
/** ms before the second and the third try of what a function failed at. */
const pauses = [60_000, 120_000];

interface Accepted {
  readonly functionId: string;
  readonly event: unknown;
  readonly requestId: string;
  readonly config: EventInvokeConfig;
  readonly at: number;
  readonly attempts: number;
}

/**
 * Lambda's queue of asynchronous invocations: what a function fails at is tried again a minute later, and two minutes after that, and then
 * given up; so is what has become too old. In no order, as on AWS. What waits is kept in memory alone.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export function createAsyncQueue(context: Context, queues: Queues): AsyncQueue {
  const { counters, clock, faults, functions, timeScale } = context;
  const waiting = new Map<string, Accepted[]>();
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
    const accepted = busy < atOnce ? waiting.get(functionId)?.shift() : undefined;
    if (!accepted || stopped) return;
    running.set(functionId, busy + 1);
    void attempt(accepted)
      .catch((error: unknown) => context.log(`${functionId}: an event was lost; ${String(error)}`))
      .finally(() => {
        running.set(functionId, (running.get(functionId) ?? 1) - 1);
        next(functionId);
      });
  };

  const enqueue = (accepted: Accepted) => {
    const { functionId } = accepted;
    const line = waiting.get(functionId) ?? [];
    line.push(accepted);
    waiting.set(functionId, line);
    next(functionId);
  };

  const settle = (functionId: string) => counters.count(`lambda.event-done:${functionId}`);

  async function attempt(accepted: Accepted): Promise<void> {
    const { functionId, event, config } = accepted;
    if (clock.now() - accepted.at > (config.maximumAge * 1_000) / timeScale) {
      return giveUp(accepted, 'EventAgeExceeded', undefined);
    }
    if (functionConfig(context.stack, functionId).reserved === 0) {
      return giveUp(accepted, 'ZeroReservedConcurrency', undefined);
    }
    const result = await functions.invoke(functionId, event);
    if (result.ok && faults.random() < faults.repeatEvent) {
      counters.count('faults.repeatEvent');
      await functions.invoke(functionId, event);
    }
    if (result.ok || stopped) return settle(functionId);
    const attempts = accepted.attempts + 1;
    if (attempts > config.retries) return giveUp({ ...accepted, attempts }, 'RetriesExhausted', result);
    counters.count('lambda.event-retries');
    after((pauses[attempts - 1] ?? 0) / timeScale, () => enqueue({ ...accepted, attempts }));
  }

  async function giveUp(accepted: Accepted, condition: Condition, result: InvokeResult | undefined): Promise<void> {
    const { functionId, event, requestId, attempts, config } = accepted;
    const { arn: functionArn, name, roleId } = functionConfig(context.stack, functionId);
    const reason = result?.ok === false ? `${result.errorType}: ${result.errorMessage}` : condition;
    context.log(`${functionId}: gave up an event (${condition}); ${reason}`);
    try {
      if (!config.failureQueueArn) return;
      const { account } = context.stack;
      const arn = `arn:aws:sts::${account}:assumed-role/${context.stack.ref(roleId)}/${name}`;
      const principal: Principal = { kind: 'role', arn, roleId, functionId };
      const now = clock.now();
      const record = invocationRecord({ requestId, functionArn, condition, attempts, event, result, now });
      await queues.send(config.failureQueueArn, JSON.stringify(record), principal);
      counters.count('lambda.dead-letters');
    } catch (error) {
      // As on AWS: what cannot be written down is gone.
      context.log(`${functionId}: unable to keep the failed event; ${String(error)}`);
    } finally {
      settle(functionId);
    }
  }

  return {
    accept(functionId, event, requestId) {
      const config = eventInvokeConfig(context.stack, functionId);
      counters.count(`lambda.event:${functionId}`);
      enqueue({ functionId, event, requestId, config, at: clock.now(), attempts: 0 });
    },
    stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      waiting.clear();
    },
  };
}
