import type { Context } from '../context.ts';
import type { InvokeResult } from '../lambda/functions.ts';
import { type Condition, type FailureDocument, failureDocument } from './failure-document.ts';
import type { Mapping } from './mapping.ts';
import { judge } from './outcome.ts';
import { retention, type StreamRecord } from './record.ts';

export interface Delivery {
  readonly context: Pick<Context, 'functions' | 'faults' | 'counters' | 'clock' | 'timeScale' | 'log'>;
  readonly mapping: Mapping;
  /** Tells of records that are given up, when the mapping has a place for that. */
  readonly sendFailure: (document: FailureDocument) => Promise<void>;
  /** The records up to and with this one are finished: handled or discarded. */
  readonly onDone: (last: StreamRecord) => void;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly stopped: () => boolean;
}

type Batch = readonly [StreamRecord, ...StreamRecord[]];

const firstBackoff = 100;
const longestBackoff = 5_000;

/**
 * Invokes the function with a batch until it is finished: handled, or discarded when its retries or its age run out. Until then nothing
 * behind it is tried, as on AWS: a poison record blocks its shard. Returns early when stopped; what is not done then comes again.
 * @param tried how often these records were tried already; splitting a batch does not use up a retry
 */
export async function deliverBatch(delivery: Delivery, whole: Batch, tried = 0): Promise<void> {
  const { mapping, context, onDone } = delivery;
  let batch = whole;
  for (let attempts = tried; ; ) {
    const young = await discardOld(delivery, batch, attempts);
    if (!young) return;
    batch = young;
    context.counters.count(attempts === 0 ? 'streams.batches' : 'streams.retries');
    if (attempts === 0) context.counters.count('streams.records', batch.length);
    await beLate(delivery);
    if (delivery.stopped()) return;
    const result = await invoke(delivery, batch);
    if (delivery.stopped() && !result.ok) return;
    const outcome = judge(result, batch, mapping.reportsFailures);
    if (outcome.kind === 'success') {
      if (context.faults.random() < context.faults.repeatBatch) {
        context.counters.count('faults.repeatBatch');
        await invoke(delivery, batch);
      }
      onDone(batch.at(-1) ?? batch[0]);
      return;
    }
    if (attempts === 0) {
      const reason = result.ok ? 'as its answer says' : `${result.errorType}: ${result.errorMessage}`;
      context.log(`${mapping.functionId}: ${batch.length - outcome.done} stream records failed; ${reason}`);
    }
    const finished = batch[outcome.done - 1];
    if (finished) onDone(finished);
    const [head, ...rest] = batch.slice(outcome.done);
    if (!head) return;
    batch = [head, ...rest];
    if (mapping.bisect && outcome.functionError && rest.length > 0) {
      await backOff(delivery, attempts);
      for (const half of halves(batch)) {
        if (delivery.stopped()) return;
        await deliverBatch(delivery, half, attempts);
      }
      return;
    }
    attempts += 1;
    if (mapping.maximumRetries >= 0 && attempts > mapping.maximumRetries) {
      const { requestId } = result;
      return discard(delivery, batch, { condition: 'RetryAttemptsExhausted', attempts, requestId, outcome });
    }
    await backOff(delivery, attempts - 1);
    if (delivery.stopped()) return;
  }
}

function invoke({ context, mapping }: Delivery, batch: Batch): Promise<InvokeResult> {
  return context.functions.invoke(mapping.functionId, { Records: batch.map(({ delivered }) => delivered) });
}

/** Times that Lambda does not publish: it doubles from a tenth of a second to some seconds. */
function backOff({ context, sleep }: Delivery, failures: number): Promise<void> {
  return sleep(Math.min(firstBackoff * 2 ** failures, longestBackoff) / context.timeScale);
}

async function beLate({ context: { faults }, sleep }: Delivery): Promise<void> {
  if (faults.delayBatch > 0) await sleep(faults.random() * faults.delayBatch);
}

function halves(batch: Batch): Batch[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)].flatMap(([head, ...rest]) => (head ? [[head, ...rest]] : []));
}

/**
 * Discards the records at the front that are too old, `MaximumRecordAgeInSeconds` being scaled like every limit. Returns what is left.
 */
async function discardOld(delivery: Delivery, batch: Batch, attempts: number): Promise<Batch | undefined> {
  const { context, mapping } = delivery;
  const limit = mapping.maximumAge < 0 ? retention : (mapping.maximumAge * 1000) / context.timeScale;
  // Creation times are whole seconds, so a record may be up to a second younger than it looks.
  const isOld = ({ createdAt }: StreamRecord) => context.clock.now() - (createdAt + 999) > limit;
  const firstYoung = batch.findIndex((record) => !isOld(record));
  if (firstYoung === 0) return batch;
  const [oldest, ...old] = firstYoung === -1 ? batch : batch.slice(0, firstYoung);
  if (oldest) await discard(delivery, [oldest, ...old], { condition: 'RecordAgeExceeded', attempts, requestId: '' });
  const [head, ...rest] = firstYoung === -1 ? [] : batch.slice(firstYoung);
  return head && [head, ...rest];
}

async function discard(
  delivery: Delivery,
  records: Batch,
  reason: { condition: Condition; attempts: number; requestId: string; outcome?: { functionError: boolean } },
): Promise<void> {
  const { mapping, context } = delivery;
  const { outcome, ...why } = reason;
  context.counters.count('streams.discarded', records.length);
  await delivery.sendFailure(
    failureDocument({
      mapping,
      records,
      ...why,
      functionError: outcome?.functionError ?? false,
      now: context.clock.now(),
    }),
  );
  delivery.onDone(records.at(-1) ?? records[0]);
}
