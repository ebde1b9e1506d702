import type { ConversationView } from '@parley/client';

/** Such as "5,000 members, 1,024 online": as much as is known of a large conversation. */
export function largeCount({
  member_count: members,
  online,
}: Pick<ConversationView, 'member_count' | 'online'>): string {
  const counts = [
    typeof members === 'number' ? `${members.toLocaleString('en')} members` : '',
    typeof online === 'number' ? `${online.toLocaleString('en')} online` : '',
  ];
  return counts.filter((count) => count !== '').join(', ') || 'Many members';
}
