import type { Message, Sending } from '@parley/client';
import { withReaction } from './past.ts';

/** Messages as they will be when what waits to be sent was accepted. The same ones where nothing waits for them. */
export function expectedMessages(
  messages: readonly Message[],
  pending: readonly Sending[],
  me: string,
): readonly Message[] {
  const changes = pending.flatMap(({ what }) => (what.type === 'create' ? [] : [what]));
  if (changes.length === 0) return messages;
  return messages.map((message) => {
    let now = message;
    for (const what of changes) {
      if (what.seq !== message.seq) continue;
      if (what.type === 'react') now = withReaction(now, what.emoji, me, what.remove);
      else if (what.type === 'edit')
        now = { ...now, message: what.message, edited_at: now.edited_at ?? now.date_added };
      else now = { ...now, deleted: true, message: '', attachments: [] };
    }
    return now;
  });
}
