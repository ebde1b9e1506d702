import { typingWords } from './presence-words.ts';
import type { Thread } from './thread.ts';

/** Who writes now. Its place is kept free, so that nothing moves. */
export function TypingLine({ thread }: { readonly thread: Thread }) {
  void thread.changes.value;
  const names = thread.conversation.typing.users.map(thread.nameOf);
  return (
    <p class="typing-line" role="status">
      {names.length > 0 && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typingWords(names)}
        </>
      )}
    </p>
  );
}
