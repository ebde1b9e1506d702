/** What the functions that post to a large conversation hand each other: far below the 256 KB that an asynchronous invocation always took. */
import * as z from 'zod/mini';
import { type EventType, events, type ServerEvent } from '#protocol/events';

const told = {
  conversation: z.string(),
  event: z.custom<ServerEvent>(isEvent),
  /** ms; when it happened */
  at: z.number(),
  /** ms; sockets that were opened later are not told */
  openedBy: z.optional(z.number()),
  /** Of a message: who wrote it, and learns whom it reached. */
  author: z.optional(z.string()),
};

/** An event for the members of a conversation but for some. */
export const FanOutJob = z.object({ ...told, without: z.array(z.string()) });
export type FanOutJob = z.infer<typeof FanOutJob>;

/** An event for these members, the `part`-th chunk of all. */
export const Chunk = z.object({ ...told, names: z.array(z.string()), part: z.int() });
export type Chunk = z.infer<typeof Chunk>;

/** What speaks of this moment, and is wrong a while later. */
const transientEvents: readonly EventType[] = ['typing', 'user_join', 'user_leave'];
/** ms; Lambda tries again after a minute what failed */
const transientEventTtlMs = 10_000;

/** Is it too late to tell anybody? */
export function isOutdated({ event, at }: Pick<FanOutJob, 'event' | 'at'>, now: number): boolean {
  return transientEvents.includes(event.type) && now - at > transientEventTtlMs;
}

function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && Object.hasOwn(events, String(value.type));
}
