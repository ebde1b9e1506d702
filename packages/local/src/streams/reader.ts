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
  /** Everything up to here has been read. */
  place(): Place;
  /** The next records, at most 1,000; none when all was read. */
  read(): Promise<{ readonly shardId: string; readonly records: readonly unknown[] }>;
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

  const iteratorAt = async ({ shardId, position }: Place, atStart: 'LATEST' | 'TRIM_HORIZON'): Promise<string> => {
    const input = { StreamArn: stream.StreamArn, ShardId: shardId };
    const where =
      position === undefined
        ? { ShardIteratorType: atStart }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: `${position}` };
    return Iterator.parse(await engine.call(operation('GetShardIterator'), { ...input, ...where })).ShardIterator;
  };

  let place = startIn(await shards(), stream.StreamLabel, from);
  let iterator = await iteratorAt(place, from === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON');

  return {
    streamLabel: stream.StreamLabel,
    place: () => place,
    async read() {
      const { shardId } = place;
      const output = await getRecords(engine, iterator).catch(async (error: unknown) => {
        if (!(error instanceof EngineError && error.name === 'ExpiredIteratorException')) throw error;
        return getRecords(engine, await iteratorAt(place, 'TRIM_HORIZON'));
      });
      const last = output.Records.at(-1);
      let next = { place: last === undefined ? place : { shardId, position: positionOf(last) }, iterator };
      if (output.NextShardIterator) {
        next = { ...next, iterator: output.NextShardIterator };
      } else {
        // This shard is closed and read to its end; what was written since is in the next one.
        const ids = (await shards()).map(({ ShardId }) => ShardId);
        const following = ids[ids.indexOf(shardId) + 1];
        if (following !== undefined) {
          const start = { shardId: following, position: next.place.position };
          next = { place: start, iterator: await iteratorAt({ ...start, position: undefined }, 'TRIM_HORIZON') };
        }
      }
      // Only now: when something failed on the way, the same records are read again.
      ({ place, iterator } = next);
      return { shardId, records: output.Records };
    },
  };
}

type Shards = z.infer<typeof Description>['StreamDescription']['Shards'];

function startIn(shards: Shards, label: string, from: Parameters<typeof openReader>[2]): Place {
  const [first, last] = [shards[0], shards.at(-1)];
  if (!first || !last) throw new Error('a stream has no shards');
  if (typeof from === 'object' && from.label === label) {
    return shards.some(({ ShardId }) => ShardId === from.place.shardId) ? from.place : beginning(first.ShardId);
  }
  if (from !== 'LATEST') return beginning(first.ShardId);
  const { EndingSequenceNumber: end } = last.SequenceNumberRange;
  return { shardId: last.ShardId, position: end === undefined ? undefined : BigInt(end) };
}

const beginning = (shardId: string): Place => ({ shardId, position: undefined });

async function getRecords(engine: EngineClient, iterator: string) {
  return Records.parse(await engine.call(operation('GetRecords'), { ShardIterator: iterator, Limit: 1_000 }));
}

const Numbered = z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string() }) });
const positionOf = (record: unknown) => BigInt(Numbered.parse(record).dynamodb.SequenceNumber);
