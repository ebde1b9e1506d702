import type { Message } from '@parley/client';
import { IconButton } from '../ui/button.tsx';
import { t } from '../words/words.ts';
import { permissionsFor, reply } from './message-actions.ts';
import type { MenuKind } from './message-menu.tsx';
import type { Thread } from './thread.ts';

/** The most common actions, beside a message. */
export function MessageToolbar(props: {
  readonly thread: Thread;
  readonly message: Message;
  onOpen(kind: MenuKind, anchor: Element): void;
}) {
  const { thread, message, onOpen } = props;
  return (
    <div class="message-toolbar" role="toolbar" aria-label={t('Message actions')}>
      {permissionsFor(thread, message).write && (
        <>
          <IconButton
            icon="smile"
            label={t('React')}
            aria-haspopup="dialog"
            onClick={({ currentTarget }) => onOpen('emoji', currentTarget)}
          />
          <IconButton icon="reply" label={t('Reply')} onClick={() => reply(thread, message)} />
        </>
      )}
      <IconButton
        icon="menu"
        label={t('More')}
        aria-haspopup="menu"
        onClick={({ currentTarget }) => onOpen('all', currentTarget)}
      />
    </div>
  );
}
