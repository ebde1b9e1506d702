/** Limits how fast a member may send and share files. The first limit costs nothing: a send writes the member's bucket with its number. */
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { takeFileBytes } from '../store/file-quota.ts';
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

/**
 * Counts the bytes of files that a user asks to upload, or forwards.
 * @throws ChatError `rate_limited` when these are too many on one day; then nothing is counted
 */
export async function assertFileQuota(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  username: string,
  bytes: number,
): Promise<void> {
  const { fileBytesPerDay: most } = services.config;
  if (most === 0 || bytes === 0) return;
  const wait = await takeFileBytes(services, username, bytes, most);
  if (wait === undefined) return;
  const rule = `at most ${most.toLocaleString('en')} bytes of files a day, uploaded and forwarded`;
  throw new ChatError('rate_limited', `${rule}: try again in ${wait} s`, { retryAfter: wait });
}
