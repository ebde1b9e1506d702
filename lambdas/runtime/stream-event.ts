/** Records of the table's stream. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';

const Image = z.record(
  z.string(),
  z.custom<AttributeValue>((value) => typeof value === 'object' && value !== null),
);

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html, with both images. */
export const StreamEvent = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        Keys: Image,
        NewImage: z.optional(Image),
        OldImage: z.optional(Image),
      }),
    }),
  ),
});
type StreamRecord = z.infer<typeof StreamEvent>['Records'][number];

type Item = Record<string, unknown>;

/** What happened to one item. */
export interface ItemChange {
  /** The record's sequence number: Lambda delivers the record again when the answer names it. */
  readonly id: string;
  /** Undefined for a new item. */
  readonly before: Item | undefined;
  /** Undefined for a deleted item. */
  readonly after: Item | undefined;
  /** The item's key. */
  readonly keys: Item;
}

export function toItemChange({ dynamodb: { SequenceNumber, Keys, NewImage, OldImage } }: StreamRecord): ItemChange {
  return {
    id: SequenceNumber,
    before: OldImage && unmarshall(OldImage),
    after: NewImage && unmarshall(NewImage),
    keys: unmarshall(Keys),
  };
}
