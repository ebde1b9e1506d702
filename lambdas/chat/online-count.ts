/**
 * How many members of a large conversation are online. Nobody is told of one person's coming or going there: the members get the number when
 * it has changed, at most once in ten seconds. Whoever sees a change asks for a count, and a queue brings it after a pause.
 * docs/decisions/0039-large-rooms-count.md
 */
import * as z from 'zod/mini';
import type { TimedStore } from '../runtime/services.ts';
import { type ConversationState, getConversationState, type OnlineCount } from '../store/conversation-state.ts';
import { putCountRequest } from '../store/count-request.ts';

/** A message of the queue: it asks for a count after `asked` (ms), and is planned for `due` (ms). */
export const CountJob = z.object({ conversation: z.string(), asked: z.number(), due: z.number() });
export type CountJob = z.infer<typeof CountJob>;

/**
 * ms; a count sees the changes from before it by at least so much. The index of members, through which it reads, and reads that are not
 * consistent lag by less than a second as a rule.
 */
export const countLagMs = 5_000;

/** s; the pause before a count, and so the least time between two. */
const shortestPause = 10;
const longestPause = 120;

/**
 * Seconds before the next count. They grow with the conversation, so that its counts cost at most fifty posts and seventy-five
 * read units a second, up to 6,000 people online and 18,000 members.
 */
export function pauseBeforeCount({ online = 0, members = 0 }: Partial<OnlineCount> = {}): number {
  const wanted = Math.ceil(Math.max(online / 50, members / 150));
  return Math.min(longestPause, Math.max(shortestPause, wanted));
}

/** Will a count that is planned see a change of this moment? */
export function isCountPlanned(presence: OnlineCount | undefined, now: number): boolean {
  return presence !== undefined && presence.due > now + countLagMs;
}

/** Asks the stream to plan a count, unless one is planned. Costs one write unit. */
export async function requestCount(
  services: TimedStore,
  conversation: string,
  state?: Pick<ConversationState, 'presence'>,
): Promise<void> {
  const { presence } = state ?? (await getConversationState(services, conversation));
  if (!isCountPlanned(presence, services.now())) await putCountRequest(services, conversation);
}
