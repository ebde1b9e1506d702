import type { ConversationView } from '@parley/client';
import { plural, t } from '../words/words.ts';

/** Such as "5,000 members, 1,024 online": as much as is known of a large conversation. */
export function largeCount({
  member_count: members,
  online,
}: Pick<ConversationView, 'member_count' | 'online'>): string {
  const counts = [
    typeof members === 'number' ? plural('{n} member|{n} members', members) : '',
    typeof online === 'number' ? plural('{n} online|{n} online', online) : '',
  ];
  return counts.filter((count) => count !== '').join(', ') || t('Many members');
}
