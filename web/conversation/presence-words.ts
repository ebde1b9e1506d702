import type { ConversationView, Presence } from '@parley/client';
import { seenWords } from '../ui/times.ts';

/** What stands below a title: who types, whether the other one is here, how many they are; empty where nothing is known. */
export function presenceWords(of: {
  readonly kind: ConversationView['kind'];
  /** Names of who types. */
  readonly typing: readonly string[];
  /** Of a direct conversation. */
  readonly other: Presence | undefined;
  readonly members: number;
  readonly online: number;
  /** ms since 1970 */
  readonly now: number;
}): string {
  const { kind, typing, other, members, online } = of;
  if (typing.length > 0) return kind === 'direct' ? 'typing…' : typingWords(typing);
  if (kind === 'direct') {
    if (other?.online) return 'online';
    return other?.last_seen ? seenWords(other.last_seen, of.now) : '';
  }
  const count = members === 1 ? '1 member' : `${members.toLocaleString('en')} members`;
  return online > 0 ? `${count}, ${online} online` : count;
}

/** @param names of who types, at least one */
export function typingWords(names: readonly string[]): string {
  const [first, second] = names;
  if (names.length === 1) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : `${names.length} people are typing…`;
}
