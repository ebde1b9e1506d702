import { z } from 'zod';
import { type EngineClient, EngineError } from '../dynamodb/engine-client.ts';

const operation = (name: string) => `DynamoDBStreams_20120810.${name}`;

const Streams = z.object({ Streams: z.array(z.object({ StreamArn: z.string(), StreamLabel: z.string() })) });
const Description = z.object({
  StreamDescription: z.object({
    Shards: z
      .array(
        z.object({
          ShardId: z.string(),
          SequenceNumberRange: z.object({ EndingSequenceNumber: z.string().optional() }).default({}),
        }),
      )
      .min(1),
  }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Records = z.object({ Records: z.array(z.unknown()), NextShardIterator: z.string().nullish() });

/** A place in a stream: after record `position` of the shard, or at the shard's start. */
export interface Place {
  readonly shardId: string;
  readonly position: bigint | undefined;
}

/** Reads one table's stream in order, shard after shard (the engines make one at a time). */
export interface Reader {
  /** Changes when the table was deleted and made anew: places of the old stream mean nothing in the new one. */
  readonly streamLabel: string;
  readonly shardId: () => string;
  /** Where reading began. */
  readonly start: Place;
  /** The next records, at most 1,000; none when all was read. */
  read(): Promise<readonly unknown[]>;
}

/**
 * @param from a place of an earlier run with its stream's label, or where to begin when there is none (or the stream is another one)
 * @throws EngineError; Error when the table has no stream
 */
export async function openReader(
  engine: EngineClient,
  tableName: string,
  from: { label: string; place: Place } | 'LATEST' | 'TRIM_HORIZON',
): Promise<Reader> {
  const { Streams: streams } = Streams.parse(await engine.call(operation('ListStreams'), { TableName: tableName }));
  const stream = streams.at(-1);
  if (!stream) throw new Error(`table ${tableName} has no stream`);
  const shards = async () =>
    Description.parse(await engine.call(operation('DescribeStream'), { StreamArn: stream.StreamArn })).StreamDescription
      .Shards;

  const iteratorAt = async (place: Place): Promise<string> => {
    const input = { StreamArn: stream.StreamArn, ShardId: place.shardId };
    const where =
      place.position === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: `${place.position}` };
    return Iterator.parse(await engine.call(operation('GetShardIterator'), { ...input, ...where })).ShardIterator;
  };

  const known = await shards();
  const start = startIn(known, from === 'LATEST' || from === 'TRIM_HORIZON' || from.label !== stream.StreamLabel ? from : from.place);
  let place = start;
  let iterator = await iteratorAt(place);

  return {
    streamLabel: stream.StreamLabel,
    shardId: () => place.shardId,
    start,
    async read() {
      const output = await getRecords(engine, iterator).catch(async (error: unknown) => {
        if (!(error instanceof EngineError && error.name === 'ExpiredIteratorException')) throw error;
        return getRecords(engine, await iteratorAt(place));
      });
      const last = output.Records.at(-1);
      if (last !== undefined) place = { ...place, position: positionOf(last) };
      if (output.NextShardIterator) {
        iterator = output.NextShardIterator;
      } else {
        // This shard is closed and read to its end; what was written since is in the next one.
        const ids = (await shards()).map(({ ShardId }) => ShardId);
        const next = ids[ids.indexOf(place.shardId) + 1];
        if (next !== undefined) {
          place = { shardId: next, position: undefined };
          iterator = await iteratorAt(place);
        }
      }
      return output.Records;
    },
  };
}
