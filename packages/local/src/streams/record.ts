import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const image = z.record(z.string(), z.unknown());

const Raw = z.object({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.looseObject({
    Keys: image,
    NewImage: image.optional(),
    OldImage: image.optional(),
    SequenceNumber: z.string(),
    ApproximateCreationDateTime: z.number(),
  }),
  userIdentity: z.unknown().optional(),
});

/** One change of an item. */
export interface StreamRecord {
  /** Where it stands, by the engine's own numbers; they ascend. */
  readonly shardId: string;
  readonly position: bigint;
  /** The number that the function sees. */
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch, exact to the second; the poller knows it better where the engine rounds more than that. */
  readonly createdAt: number;
  readonly keys: Readonly<Record<string, unknown>>;
  /** The record as Lambda delivers it. */
  readonly delivered: object;
  /** Bytes of `delivered` as JSON. */
  readonly size: number;
}

/** DynamoDB keeps a stream's records for a day. */
export const retention = 24 * 3600 * 1000;

/** DynamoDB's numbers have 21 digits and more: who would keep one in a JavaScript number loses it on AWS, and so here. */
const firstSequenceNumber = 100_000_000_000_000_000_000n;

/**
 * Reads a record of the engine's streams API and writes it as Lambda does. Returns undefined for a change that changed nothing:
 * DynamoDB makes no record of those, the engine does.
 */
export function readRecord(
  raw: unknown,
  stream: { readonly arn: string; readonly region: string; readonly shardId: string },
): StreamRecord | undefined {
  const { eventName, dynamodb, userIdentity } = Raw.parse(raw);
  if (eventName === 'MODIFY' && dynamodb.NewImage && isDeepStrictEqual(dynamodb.NewImage, dynamodb.OldImage)) {
    return undefined;
  }
  const position = BigInt(dynamodb.SequenceNumber);
  const sequenceNumber = `${firstSequenceNumber + position}`;
  const delivered = {
    // The same on every delivery of the record, as on AWS: it is what makes a handler's repeat recognisable.
    eventID: createHash('md5').update(`${stream.arn} ${sequenceNumber}`).digest('hex'),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: stream.region,
    dynamodb: { ...dynamodb, SequenceNumber: sequenceNumber },
    ...(userIdentity ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
    eventSourceARN: stream.arn,
  };
  return {
    shardId: stream.shardId,
    position,
    sequenceNumber,
    createdAt: dynamodb.ApproximateCreationDateTime * 1000,
    keys: dynamodb.Keys,
    delivered,
    size: JSON.stringify(delivered).length,
  };
}
