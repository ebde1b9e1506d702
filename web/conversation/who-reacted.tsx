import type { Message } from '@parley/client';
import { t } from '../words/words.ts';
import { reactedBy } from './message-reactions.tsx';
import type { Thread } from './thread.ts';

/** Fingers have no pointer that rests on a reaction and asks for the names. */
export function WhoReacted({ thread, message }: { readonly thread: Thread; readonly message: Message }) {
  const reactions = Object.entries(message.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="menu-note menu-reactions" aria-label={t('Reactions')}>
      {reactions.map(([emoji, users]) => (
        <li key={emoji}>
          {emoji} <bdi>{reactedBy(thread, users)}</bdi>
        </li>
      ))}
    </ul>
  );
}
