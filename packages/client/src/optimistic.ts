import type { OutboxItem } from './outbox.ts';
import type { Message } from './protocol.ts';
import { withReaction } from './with-reaction.ts';

/** Messages as they will be once the pending edits, deletions and reactions are accepted. Messages without such changes stay the same objects. */
export function optimisticMessages(
  messages: readonly Message[],
  pending: readonly OutboxItem[],
  me: string,
): readonly Message[] {
  const changes = pending.flatMap(({ action }) => (action.type === 'create' ? [] : [action]));
  if (changes.length === 0) return messages;
  return messages.map((message) => {
    let next = message;
    for (const change of changes) {
      if (change.seq !== message.seq) continue;
      if (change.type === 'react') next = withReaction(next, change.emoji, me, change.remove);
      else if (change.type === 'edit')
        next = { ...next, message: change.message, edited_at: next.edited_at ?? next.date_added };
      else next = { ...next, deleted: true, message: '', attachments: [] };
    }
    return next;
  });
}
