import { typingText } from '../state/names.ts';
import type { Thread } from './thread.ts';

/** The users who are typing. The line keeps its height when it is empty, so that nothing moves. */
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
          {typingText(names)}
        </>
      )}
    </p>
  );
}
