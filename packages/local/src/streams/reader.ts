import { z } from 'zod';
import { type EngineClient, EngineError } from '#dynamodb/engine-client';
import { numberAt, positionOf } from './sequence-numbers.ts';

const mostRecords = 1_000;

const operation = (name: string) => `DynamoDBStreams_20120810.${name}`;

const Streams = z.object({ Streams: z.array(z.object({ StreamArn: z.string(), StreamLabel: z.string() })) });
const Description = z.object({
  StreamDescription: z.object({
    Shards: z
      .array(
        z.object({
          ShardId: z.string(),
          SequenceNumberRange: z
            .object({ StartingSequenceNumber: z.string().optional(), EndingSequenceNumber: z.string().optional() })
            .default({}),
        }),
      )
      .min(1),
  }),
});
const Iterator = z.object({ ShardIterator: z.string() });
const Records = z.object({ Records: z.array(z.unknown()), NextShardIterator: z.string().nullish() });

/** After record `position` of the shard, or at the shard's start if `position` is undefined. */
export interface StreamPosition {
  readonly shardId: string;
  readonly position: bigint | undefined;
}

/** Reads one table's stream in order, shard after shard. The engines open one shard at a time. */
export interface Reader {
  /** Changes when the table is deleted and created again. Positions of the old stream are not valid in the new one. */
  readonly streamLabel: string;
  /** Everything up to here has been read. */
  position(): StreamPosition;
  /** The next records. `more` says whether there may be others; an engine that ends a read at a number of bytes may have others too. */
  read(): Promise<{ readonly shardId: string; readonly records: readonly unknown[]; readonly more: boolean }>;
}

/**
 * @param from a position of an earlier run with its stream's label; or where to begin
 * @throws EngineError; Error when the table has no stream
 */
export async function openReader(
  engine: Pick<EngineClient, 'call'>,
  tableName: string,
  from: { label: string; position: StreamPosition } | 'LATEST' | 'TRIM_HORIZON',
): Promise<Reader> {
  const { Streams: streams } = Streams.parse(await engine.call(operation('ListStreams'), { TableName: tableName }));
  const stream = streams.at(-1);
  if (!stream) throw new Error(`table ${tableName} has no stream`);
  const shards = async () =>
    Description.parse(await engine.call(operation('DescribeStream'), { StreamArn: stream.StreamArn })).StreamDescription
      .Shards;

  /** Of a shard without records there is none. */
  const firstNumber = async (shardId: string) =>
    (await shards()).find((shard) => shard.ShardId === shardId)?.SequenceNumberRange.StartingSequenceNumber;

  const iteratorAt = async (
    { shardId, position }: StreamPosition,
    atStart: 'LATEST' | 'TRIM_HORIZON',
  ): Promise<string> => {
    const input = { StreamArn: stream.StreamArn, ShardId: shardId };
    const sample = position === undefined ? undefined : await firstNumber(shardId);
    const where =
      position === undefined || sample === undefined
        ? { ShardIteratorType: atStart }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: numberAt(position, sample) };
    return Iterator.parse(await engine.call(operation('GetShardIterator'), { ...input, ...where })).ShardIterator;
  };

  let current = startPosition(await shards(), stream.StreamLabel, from);
  let iterator = await iteratorAt(current, from === 'LATEST' ? 'LATEST' : 'TRIM_HORIZON');

  return {
    streamLabel: stream.StreamLabel,
    position: () => current,
    async read() {
      const { shardId } = current;
      const output = await getRecords(engine, iterator).catch(async (error: unknown) => {
        if (!(error instanceof EngineError && error.name === 'ExpiredIteratorException')) throw error;
        return getRecords(engine, await iteratorAt(current, 'TRIM_HORIZON'));
      });
      const last = output.Records.at(-1);
      let next = last === undefined ? current : { shardId, position: recordPosition(last) };
      let nextIterator = output.NextShardIterator;
      let more = output.Records.length >= mostRecords;
      if (!nextIterator) {
        // The shard is closed and read to its end. Newer records are in the next shard.
        const ids = (await shards()).map(({ ShardId }) => ShardId);
        const following = ids[ids.indexOf(shardId) + 1];
        if (following !== undefined) {
          more = true;
          next = { shardId: following, position: next.position };
          nextIterator = await iteratorAt(beginning(following), 'TRIM_HORIZON');
        }
      }
      // Set last: if a call above failed, the same records are read again.
      current = next;
      iterator = nextIterator || iterator;
      return { shardId, records: output.Records, more };
    },
  };
}

type Shards = z.infer<typeof Description>['StreamDescription']['Shards'];

function startPosition(shards: Shards, label: string, from: Parameters<typeof openReader>[2]): StreamPosition {
  const [first, last] = [shards[0], shards.at(-1)];
  if (!first || !last) throw new Error('a stream has no shards');
  if (typeof from === 'object' && from.label === label) {
    return shards.some(({ ShardId }) => ShardId === from.position.shardId) ? from.position : beginning(first.ShardId);
  }
  if (from !== 'LATEST') return beginning(first.ShardId);
  const { EndingSequenceNumber: end } = last.SequenceNumberRange;
  return { shardId: last.ShardId, position: end === undefined ? undefined : positionOf(end) };
}

const beginning = (shardId: string): StreamPosition => ({ shardId, position: undefined });

async function getRecords(engine: Pick<EngineClient, 'call'>, iterator: string) {
  return Records.parse(await engine.call(operation('GetRecords'), { ShardIterator: iterator, Limit: mostRecords }));
}

const Numbered = z.looseObject({ dynamodb: z.looseObject({ SequenceNumber: z.string() }) });
const recordPosition = (record: unknown) => positionOf(Numbered.parse(record).dynamodb.SequenceNumber);
