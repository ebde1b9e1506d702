import { z } from 'zod';
import { isObject, parseJson } from '#text';

/** EventBridge's limits for a request: a mebibyte since January 2026, a quarter before. */
export const maxEntries = 10;
export const maxBytes = 1024 * 1024;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html */
export const Entry = z.looseObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  /** Seconds since the epoch, in JSON. */
  Time: z.number().optional(),
});
export type Entry = z.infer<typeof Entry>;

export interface EntryError {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Refuses what EventBridge refuses, with its sentences. Undefined: the entry is right. */
export function entryError({ Source, DetailType, Detail }: Entry): EntryError | undefined {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (value) continue;
    const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  if (!isObject(parseJson(Detail ?? ''))) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  if (Source?.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  return undefined;
}

/** Bytes of an entry, as EventBridge counts them. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
export function sizeOf({ Source = '', DetailType = '', Detail = '', Resources, Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}
