import type { Message } from '@parley/client';

/** Messages of other users that the user has not read. @param messages by `seq` */
export function unreadMessages(messages: readonly Message[], readUpTo: number, me: string): readonly Message[] {
  const from = messages.findLastIndex(({ seq }) => seq <= readUpTo) + 1;
  return messages
    .slice(from)
    .filter(
      ({ from_user, content_type, deleted }) => from_user.username !== me && content_type !== 'system' && !deleted,
    );
}
