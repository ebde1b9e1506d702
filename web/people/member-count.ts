import type { ConversationView } from '@parley/client';
import { plural, t } from '../words/words.ts';

/** Such as "5,000 members, 1,024 online": as much as is known of a conversation. */
export function memberCount(view: Pick<ConversationView, 'member_count' | 'online'>): string {
  const members = typeof view.member_count === 'number' && plural('{n} member|{n} members', view.member_count);
  const online = typeof view.online === 'number' && plural('{n} online|{n} online', view.online);
  return members && online ? t('{members}, {online}', { members, online }) : members || online || t('Many members');
}
