import type { ConversationView, Presence } from '@parley/client';
import { typingText } from '../state/names.ts';
import { lastSeenText } from '../ui/times.ts';

/** The line below a title: who is typing, whether the other user is online, or the number of members; empty if nothing is known. */
export function presenceText(of: {
  readonly kind: ConversationView['kind'];
  /** Display names of the users who are typing. */
  readonly typing: readonly string[];
  /** The other user of a direct conversation. */
  readonly other: Presence | undefined;
  readonly members: number;
  readonly online: number;
  /** ms since 1970 */
  readonly now: number;
}): string {
  const { kind, typing, other, members, online } = of;
  if (typing.length > 0) return typingText(typing, kind);
  if (kind === 'direct') {
    if (other?.online) return 'online';
    return other?.last_seen ? lastSeenText(other.last_seen, of.now) : '';
  }
  const count = members === 1 ? '1 member' : `${members.toLocaleString('en')} members`;
  return online > 0 ? `${count}, ${online} online` : count;
}
