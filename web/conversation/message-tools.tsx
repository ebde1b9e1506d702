import type { Message } from '@parley/client';
import { Icon } from '../ui/icon.tsx';
import { answer } from './message-actions.ts';
import type { MenuKind } from './message-menu-state.ts';
import type { Thread } from './thread.ts';

/** What one does most with a message, beside it. */
export function MessageTools(props: {
  readonly thread: Thread;
  readonly message: Message;
  readonly deleted: boolean;
  onOpen(kind: MenuKind, by: Element): void;
}) {
  const { thread, message, deleted, onOpen } = props;
  const mayWrite = !deleted && !thread.conversation.ended;
  return (
    <div class="message-tools" role="toolbar" aria-label="Message actions">
      {mayWrite && (
        <>
          <button
            type="button"
            class="icon-button"
            aria-label="React"
            aria-haspopup="dialog"
            onClick={({ currentTarget }) => onOpen('emoji', currentTarget)}
          >
            <Icon name="smile" />
          </button>
          <button type="button" class="icon-button" aria-label="Reply" onClick={() => answer(thread, message)}>
            <Icon name="reply" />
          </button>
        </>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label="More"
        aria-haspopup="menu"
        onClick={({ currentTarget }) => onOpen('all', currentTarget)}
      >
        <Icon name="menu" />
      </button>
    </div>
  );
}
