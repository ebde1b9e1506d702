import type { Log } from './log.ts';

export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

interface BatchOptions<Record> {
  readonly id: (record: Record) => string;
  /** A thrown error is logged, and means that the record failed. The log is the record's own: it names the record. */
  readonly run: (record: Record, log: Log) => Promise<void>;
  /** One after the other, up to the first that fails. Default: all at once. */
  readonly inOrder?: boolean;
}

/**
 * Runs the records of a batch. Lambda delivers again: every record whose id is in the answer; of a stream, also the records behind it.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export async function runBatch<Record>(
  records: readonly Record[],
  log: Log,
  { id, run, inOrder = false }: BatchOptions<Record>,
): Promise<BatchAnswer> {
  const succeeds = async (record: Record) => {
    const ownLog = log.with({ record: id(record) });
    try {
      await run(record, ownLog);
      return true;
    } catch (error) {
      ownLog.error('record failed', { error: error as Error });
      return false;
    }
  };
  const failed: Record[] = [];
  if (inOrder) {
    for (const record of records) {
      if (await succeeds(record)) continue;
      failed.push(record);
      break;
    }
  } else {
    const results = await Promise.all(records.map(succeeds));
    failed.push(...records.filter((_, index) => !results[index]));
  }
  return { batchItemFailures: failed.map((record) => ({ itemIdentifier: id(record) })) };
}
