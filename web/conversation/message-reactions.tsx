import type { Message } from '@parley/client';
import type { Thread } from './thread.ts';

/** Emoji with how many chose them; a press adds one's own, or takes it back. */
export function MessageReactions({ thread, message }: { readonly thread: Thread; readonly message: Message }) {
  const reactions = Object.entries(message.reactions);
  if (reactions.length === 0) return null;
  return (
    <ul class="reactions" aria-label="Reactions">
      {reactions.map(([emoji, users]) => {
        const own = users.includes(thread.me);
        const who = users.map((user) => (user === thread.me ? 'you' : thread.nameOf(user))).join(', ');
        return (
          <li key={emoji}>
            <button
              type="button"
              class="reaction"
              aria-pressed={own}
              aria-label={`${emoji} ${users.length}, ${who}`}
              title={who}
              disabled={message.deleted && !own}
              onClick={() => react(thread, message, emoji)}
            >
              <span class="reaction-emoji">{emoji}</span> {users.length}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** Adds one's own, or takes it back. Who keeps what is refused tells of it. */
export function react({ conversation, me }: Thread, { seq, reactions }: Message, emoji: string): void {
  const remove = reactions[emoji]?.includes(me) ?? false;
  conversation.react(seq, emoji, { remove }).catch(() => {});
}
