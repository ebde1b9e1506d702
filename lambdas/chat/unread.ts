import type { Services } from '../runtime/services.ts';
import { countMessages } from '../store/entry.ts';
import type { Head } from '../store/head.ts';
import type { Cursor, Membership } from '../store/membership.ts';

/**
 * Messages that a member has not read: those behind the cursor and behind what they have cleared away, without their own (whoever writes
 * has read), the deleted, and numbers that hold none. Computed from what is at hand; only when more numbers than the head remembers
 * were sealed or deleted behind the member's cursor, the log itself is counted.
 */
export async function unreadOf(
  services: Pick<Services, 'table'>,
  head: Head,
  { read, cleared }: Pick<Membership, 'read' | 'cleared'>,
): Promise<number> {
  const from: Cursor = cleared.seq > read.seq ? cleared : read;
  if (from.seq < head.goneFrom) return countMessages(services, head.conversation, from.seq + 1, head.seq);
  const gone = [...head.gone].filter((seq) => seq > from.seq).length;
  return Math.max(0, head.count - from.count - gone);
}
