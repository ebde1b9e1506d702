/** Limits how fast a member may send and begin conversations. The membership has the times of the last sends, so the first limit costs nothing. */
import { ChatError } from '#protocol/errors';
import { limits } from '#protocol/limits';
import type { Services, TimedStore } from '../runtime/services.ts';
import { countConversationStart } from '../store/conversation-quota.ts';
import type { Membership } from '../store/membership.ts';

type Clock = Pick<Services, 'config' | 'now'>;

/** How many messages and changes the member may still send now; Infinity when the stack has no limit. */
export function sendsLeft({ config, now }: Clock, membership: Membership): number {
  const { count, seconds } = config.sends;
  if (count === 0) return Number.POSITIVE_INFINITY;
  const since = now() - seconds * 1_000;
  return Math.max(0, count - [...membership.recentSends.values()].filter(({ at }) => at > since).length);
}

/** @throws ChatError `rate_limited` when the member may send nothing now */
export function assertRateLimit(services: Clock, membership: Membership): void {
  if (sendsLeft(services, membership) > 0) return;
  const { count, seconds } = services.config.sends;
  const times = [...membership.recentSends.values()].map(({ at }) => at).sort((a, b) => b - a);
  const oldest = times[count - 1] ?? services.now();
  const wait = Math.max(1, Math.ceil((oldest + seconds * 1_000 - services.now()) / 1_000));
  const rule = `at most ${count} messages and changes in ${seconds} seconds`;
  throw new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
}

/**
 * Counts that an existing user begins or joins a conversation.
 * @throws ChatError `rate_limited` when they do so too often
 */
export async function assertConversationLimit(services: TimedStore, username: string): Promise<void> {
  const wait = await countConversationStart(services, username);
  if (wait === undefined) return;
  const { count } = limits.conversationsBegun;
  const rule = `at most ${count} new ones in an hour`;
  throw new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
}
