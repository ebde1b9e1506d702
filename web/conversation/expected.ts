import type { Message, OutboxItem } from '@parley/client';
import { withReaction } from './past.ts';

/** Messages as they will be when what waits to be sent was accepted. The same ones where nothing waits for them. */
export function expectedMessages(
  messages: readonly Message[],
  pending: readonly OutboxItem[],
  me: string,
): readonly Message[] {
  const changes = pending.flatMap(({ action }) => (action.type === 'create' ? [] : [action]));
  if (changes.length === 0) return messages;
  return messages.map((message) => {
    let now = message;
    for (const action of changes) {
      if (action.seq !== message.seq) continue;
      if (action.type === 'react') now = withReaction(now, action.emoji, me, action.remove);
      else if (action.type === 'edit')
        now = { ...now, message: action.message, edited_at: now.edited_at ?? now.date_added };
      else now = { ...now, deleted: true, message: '', attachments: [] };
    }
    return now;
  });
}
