import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { positionOf } from './sequence-numbers.ts';

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
  readonly shardId: string;
  /** The engine's own number of the record. Numbers ascend. */
  readonly position: bigint;
  /** The sequence number that the function gets. */
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch, in whole seconds. The poller corrects it if the engine rounds to minutes. */
  readonly createdAt: number;
  readonly keys: Readonly<Record<string, unknown>>;
  /** The record as Lambda delivers it. */
  readonly delivered: object;
  /** Bytes of `delivered` as JSON. */
  readonly size: number;
}

/** Milliseconds: DynamoDB keeps a stream's records for a day. */
export const retention = 24 * 3600 * 1000;

/** DynamoDB's sequence numbers have 21 or more digits. Code that stores one in a JavaScript number fails on AWS, and so fails here too. */
const firstSequenceNumber = 100_000_000_000_000_000_000n;

/**
 * Reads a record of the engine's streams API and converts it to Lambda's shape. Returns undefined for a write that changed nothing:
 * the engine makes a record of it, but DynamoDB does not.
 */
export function readRecord(
  raw: unknown,
  stream: { readonly arn: string; readonly region: string; readonly shardId: string },
): StreamRecord | undefined {
  const { eventName, dynamodb, userIdentity } = Raw.parse(raw);
  if (eventName === 'MODIFY' && dynamodb.NewImage && isDeepStrictEqual(dynamodb.NewImage, dynamodb.OldImage)) {
    return undefined;
  }
  const position = positionOf(dynamodb.SequenceNumber);
  const sequenceNumber = `${firstSequenceNumber + position}`;
  const delivered = {
    // As on AWS, every delivery of the record has the same id, so that a handler can recognise a repeat.
    eventID: createHash('md5').update(`${stream.arn} ${sequenceNumber}`).digest('hex'),
    eventName,
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: stream.region,
    dynamodb: { ...dynamodb, SequenceNumber: sequenceNumber },
    userIdentity: userIdentity ? { type: 'Service', principalId: 'dynamodb.amazonaws.com' } : undefined,
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
