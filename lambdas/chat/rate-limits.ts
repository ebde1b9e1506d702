/** Limits how fast a member may send. It costs nothing: a send writes the member's bucket with its number. */
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { tokenWaitMs } from '../store/token-bucket.ts';

type Clock = Pick<Services, 'config' | 'now'>;

/**
 * @param spentUntil ms; the member's bucket
 * @throws ChatError `rate_limited` when the member may send nothing now
 */
export function assertTokenLeft(services: Clock, spentUntil: number | undefined): void {
  const waitMs = tokenWaitMs(services.config.sends, spentUntil, services.now());
  if (waitMs > 0) throw tooFast(services, waitMs);
}

export function tooFast({ config }: Pick<Services, 'config'>, waitMs: number): ChatError {
  const { count, seconds } = config.sends;
  const wait = Math.max(1, Math.ceil(waitMs / 1_000));
  const rule = `at most ${count} messages and changes in ${seconds} seconds`;
  return new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
}
