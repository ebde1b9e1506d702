import type { Message } from '@parley/client';
import type { useLongPress } from '../ui/use-long-press.ts';
import { list, number, t } from '../words/words.ts';
import { react } from './message-actions.ts';
import type { Thread } from './thread.ts';

/** Who has reacted with one emoji. */
export function reactedBy(thread: Thread, users: readonly string[]): string {
  return list(users.map((user) => (user === thread.me ? t('you') : thread.nameOf(user))));
}

/** The reactions and their counts; a click adds or removes the user's own. @param props.press what a long press does */
export function MessageReactions(props: {
  readonly thread: Thread;
  readonly message: Message;
  readonly press: ReturnType<typeof useLongPress>;
}) {
  const { thread, message } = props;
  const reactions = Object.entries(message.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label={t('Reactions')} {...props.press}>
      {reactions.map(([emoji, users]) => {
        const isOwn = users.includes(thread.me);
        const names = reactedBy(thread, users);
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
