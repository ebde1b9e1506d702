/**
 * What the functions that post to a large conversation get. Both are far below 256 KB, which Lambda has always accepted for an asynchronous
 * invocation and SQS for a message. The attribute names must stay: during a deployment, functions of the previous version still hand
 * over jobs.
 */
import * as z from 'zod/mini';
import { type EventType, events, type ServerEvent } from '#protocol/events';

const jobFields = {
  conversation: z.string(),
  event: z.custom<ServerEvent>(isEvent),
  /** ms; when the event happened */
  at: z.number(),
  /** ms; connections that were opened later do not get the event */
  openedBy: z.optional(z.number()),
  /** The author of a message, who gets delivery receipts. */
  author: z.optional(z.string()),
  /** The author gets no delivery receipts: only contacts see who is online. */
  withoutReceipts: z.optional(z.literal(true)),
};

/** An event for all members of a conversation except those in `without`. */
export const FanOutJob = z.object({ ...jobFields, without: z.array(z.string()) });
export type FanOutJob = z.infer<typeof FanOutJob>;

/** An event for the members in `names`, the `part`-th chunk of the conversation. */
export const Chunk = z.object({ ...jobFields, names: z.array(z.string()), part: z.int() });
export type Chunk = z.infer<typeof Chunk>;

/** Events that describe one moment and are wrong a little later. */
const transientEvents: readonly EventType[] = ['typing', 'user_join', 'user_leave'];
/** ms; what failed is tried again after one minute */
const transientEventTtlMs = 10_000;

/** Is the event too old to post? */
export function isOutdated({ event, at }: Pick<FanOutJob, 'event' | 'at'>, now: number): boolean {
  return transientEvents.includes(event.type) && now - at > transientEventTtlMs;
}

function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && Object.hasOwn(events, String(value.type));
}
