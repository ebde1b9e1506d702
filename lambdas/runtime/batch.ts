import type { Logger } from '@aws-lambda-powertools/logger';

export interface BatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/**
 * Runs every record of a batch. Lambda delivers those again whose ids are in the answer.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 * @param run a thrown error is logged, and means that the record failed
 */
export async function runBatch<Record>(
  records: readonly Record[],
  log: Logger,
  { id, run }: { readonly id: (record: Record) => string; readonly run: (record: Record) => Promise<void> },
): Promise<BatchAnswer> {
  const failed = await Promise.all(
    records.map(async (record) => {
      try {
        await run(record);
        return [];
      } catch (error) {
        log.error('record failed', { record: id(record), error: error as Error });
        return [{ itemIdentifier: id(record) }];
      }
    }),
  );
  return { batchItemFailures: failed.flat() };
}
