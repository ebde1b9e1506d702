import type { Message } from '@parley/client';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { plural, t } from '../words/words.ts';
import { deleteForAll, deleteForMe } from './menu-actions.ts';
import { permissionsFor } from './message-actions.ts';
import type { Thread } from './thread.ts';

/** Asks whether to delete messages for everybody or for the user alone. */
export function DeleteDialog(props: {
  readonly thread: Thread;
  readonly messages: readonly Message[];
  onClose(): void;
  /** It has been chosen. */
  onDone?(): void;
}) {
  const { thread, messages, onClose } = props;
  const count = messages.length;
  const canDeleteForAll = messages.every((message) => permissionsFor(thread, message).deleteForAll);
  const choose = (act: (thread: Thread, message: Message) => unknown) => async () => {
    onClose();
    props.onDone?.();
    // One after another, so that a hundred requests do not leave at once.
    for (const message of messages) await act(thread, message);
  };
  return (
    <Dialog title={plural('Delete message|Delete {n} messages', count)} onClose={onClose}>
      <div class="stack">
        <p>
          {canDeleteForAll
            ? plural(
                'If you delete it for everybody, its text and files are gone for good. If you delete it for yourself, the others keep it.|If you delete them for everybody, their texts and files are gone for good. If you delete them for yourself, the others keep them.',
                count,
              )
            : plural(
                'It disappears for you alone; the others keep it.|They disappear for you alone; the others keep them.',
                count,
              )}
        </p>
        <div class="dialog-buttons delete-buttons">
          <Button onClick={onClose}>{t('Cancel')}</Button>
          <Button kind="danger" onClick={choose(deleteForMe)}>
            {t('Delete for me')}
          </Button>
          {canDeleteForAll && (
            <Button kind="danger-main" onClick={choose(deleteForAll)}>
              {t('Delete for everybody')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
