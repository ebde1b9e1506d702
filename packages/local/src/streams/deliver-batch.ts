import type { Context } from '#context';
import { failedItems } from '#lambda/batch-failures';
import { unqualified } from '#lambda/find-function';
import { recordFunction } from '#lambda/function-metrics';
import type { InvokeResult } from '#lambda/functions';
import { type Condition, type FailureDocument, failureDocument } from './failure-document.ts';
import type { Mapping } from './mapping.ts';
import { retention, type StreamRecord } from './record.ts';

export interface Delivery {
  readonly context: Pick<
    Context,
    'functions' | 'faults' | 'counters' | 'metrics' | 'stack' | 'clock' | 'timeScale' | 'log'
  >;
  readonly mapping: Mapping;
  /** Sends the document to the mapping's OnFailure destination, if it has one. */
  readonly sendFailure: (document: FailureDocument) => Promise<void>;
  /** The records up to and including this one are finished: handled or discarded. */
  readonly onDone: (last: StreamRecord) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly stopped: () => boolean;
}

type Batch = readonly [StreamRecord, ...StreamRecord[]];

const firstBackoffMs = 100;
const maxBackoffMs = 5_000;

/**
 * Invokes the function with a batch until the batch is finished: handled, or discarded because its retries or its age ran out. As on AWS,
 * a poison record blocks its shard until then. Returns early when stopped; unfinished records are delivered again after the next start.
 * @param earlierAttempts how often these records were tried before; splitting a batch does not use up a retry
 */
export async function deliverBatch(delivery: Delivery, records: Batch, earlierAttempts = 0): Promise<void> {
  const { mapping, context, onDone } = delivery;
  let batch = records;
  for (let attempts = earlierAttempts; ; ) {
    const current = await discardExpired(delivery, batch, attempts);
    if (!current) return;
    batch = current;
    context.counters.count(attempts === 0 ? 'streams.batches' : 'streams.retries');
    if (attempts === 0) context.counters.count('streams.records', batch.length);
    const { faults } = context;
    if (faults.delayBatch > 0) await delivery.sleep(faults.random() * faults.delayBatch);
    if (delivery.stopped()) return;
    const result = await invoke(delivery, batch);
    if (delivery.stopped() && !result.ok) return;
    if (!result.ok && result.throttled) {
      // Not an attempt, because the batch did not reach the function: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
      await backOff(delivery, 0);
      continue;
    }
    const ids = batch.map(({ sequenceNumber }) => sequenceNumber);
    const failed = failedItems(result, ids, mapping.reportsFailures);
    if (failed.size === 0) {
      if (faults.random() < faults.repeatBatch) {
        context.counters.count('faults.repeatBatch');
        await invoke(delivery, batch);
      }
      onDone(batch.at(-1) ?? batch[0]);
      return;
    }
    // Lambda retries from the failed record with the lowest sequence number on.
    const done = ids.findIndex((id) => failed.has(id));
    if (attempts === 0) {
      const reason = result.ok ? 'the function reported them' : `${result.errorType}: ${result.errorMessage}`;
      context.log(`${mapping.functionId}: ${batch.length - done} stream records failed; ${reason}`);
    }
    const finished = batch[done - 1];
    if (finished) onDone(finished);
    const [head, ...rest] = batch.slice(done);
    if (!head) return;
    batch = [head, ...rest];
    if (mapping.bisect && !result.ok && rest.length > 0) {
      await backOff(delivery, attempts);
      for (const half of halves(batch)) {
        if (delivery.stopped()) return;
        await deliverBatch(delivery, half, attempts);
      }
      return;
    }
    attempts += 1;
    if (mapping.maximumRetries >= 0 && attempts > mapping.maximumRetries) {
      const { requestId, ok } = result;
      return discard(delivery, batch, { condition: 'RetryAttemptsExhausted', attempts, requestId, functionError: !ok });
    }
    await backOff(delivery, attempts - 1);
    if (delivery.stopped()) return;
  }
}

function invoke({ context, mapping }: Delivery, batch: Batch): Promise<InvokeResult> {
  // In AWS's time, as the limits of ages are. Creation times are whole seconds. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#performance-metrics
  const age = Math.max(0, context.clock.now() - (batch.at(-1) ?? batch[0]).createdAt - 999) * context.timeScale;
  recordFunction(
    context.metrics,
    context.stack.ref(unqualified(mapping.functionId)),
    'IteratorAge',
    age,
    'Milliseconds',
  );
  return context.functions.invoke(mapping.functionId, { Records: batch.map(({ delivered }) => delivered) });
}

/** Lambda does not publish its backoff. This one doubles from 0.1 to 5 seconds. */
function backOff({ context, sleep }: Delivery, failures: number): Promise<void> {
  return sleep(Math.min(firstBackoffMs * 2 ** failures, maxBackoffMs) / context.timeScale);
}

function halves(batch: Batch): Batch[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)].flatMap(([head, ...rest]) => (head ? [[head, ...rest]] : []));
}

/** Discards the records at the front that are too old, and returns the rest. `MaximumRecordAgeInSeconds` is scaled like every limit. */
async function discardExpired(delivery: Delivery, batch: Batch, attempts: number): Promise<Batch | undefined> {
  const { context, mapping } = delivery;
  const limit = mapping.maximumAge < 0 ? retention : (mapping.maximumAge * 1000) / context.timeScale;
  // Creation times are whole seconds, so a record may be up to a second younger than its time says.
  const isExpired = ({ createdAt }: StreamRecord) => context.clock.now() - (createdAt + 999) > limit;
  const firstCurrent = batch.findIndex((record) => !isExpired(record));
  if (firstCurrent === 0) return batch;
  const [oldest, ...expired] = firstCurrent === -1 ? batch : batch.slice(0, firstCurrent);
  const reason = { condition: 'RecordAgeExceeded', attempts, requestId: '', functionError: false } as const;
  if (oldest) await discard(delivery, [oldest, ...expired], reason);
  const [head, ...rest] = firstCurrent === -1 ? [] : batch.slice(firstCurrent);
  return head && [head, ...rest];
}

async function discard(
  delivery: Delivery,
  records: Batch,
  reason: { condition: Condition; attempts: number; requestId: string; functionError: boolean },
): Promise<void> {
  const { mapping, context } = delivery;
  context.counters.count('streams.discarded', records.length);
  await delivery.sendFailure(failureDocument({ mapping, records, ...reason, now: context.clock.now() }));
  delivery.onDone(records.at(-1) ?? records[0]);
}
