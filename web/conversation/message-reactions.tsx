import type { Message } from '@parley/client';
import { list, number, t } from '../words/words.ts';
import { react } from './message-actions.ts';
import type { Thread } from './thread.ts';

/** The reactions and their counts; a click adds or removes the user's own. */
export function MessageReactions({ thread, message }: { readonly thread: Thread; readonly message: Message }) {
  const reactions = Object.entries(message.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label={t('Reactions')}>
      {reactions.map(([emoji, users]) => {
        const isOwn = users.includes(thread.me);
        const names = list(users.map((user) => (user === thread.me ? t('you') : thread.nameOf(user))));
        return (
          <li key={emoji}>
            <button
              type="button"
              class="reaction"
              aria-pressed={isOwn}
              aria-label={t('{emoji} {n}, {names}', { emoji, n: users.length, names })}
              title={names}
              disabled={message.deleted && !isOwn}
              onClick={() => react(thread, message, emoji)}
            >
              <span class="reaction-emoji">{emoji}</span> {number(users.length)}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
