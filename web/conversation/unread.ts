import type { Message } from '@parley/client';

/** What others said behind what one has read. @param messages by `seq` */
export function unreadAmong(messages: readonly Message[], readUpTo: number, me: string): readonly Message[] {
  const from = messages.findLastIndex(({ seq }) => seq <= readUpTo) + 1;
  return messages
    .slice(from)
    .filter(
      ({ from_user, content_type, deleted }) => from_user.username !== me && content_type !== 'system' && !deleted,
    );
}
