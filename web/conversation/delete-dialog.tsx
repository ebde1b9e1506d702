import type { Message } from '@parley/client';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { t } from '../words/words.ts';
import { deleteForAll, deleteForMe, permissionsFor } from './message-actions.ts';
import type { Thread } from './thread.ts';

/** Asks whether to delete a message for everybody or for the user alone. */
export function DeleteDialog(props: { readonly thread: Thread; readonly message: Message; onClose(): void }) {
  const { thread, message, onClose } = props;
  const canDeleteForAll = permissionsFor(thread, message).deleteForAll;
  const choose = (act: (thread: Thread, message: Message) => void) => () => {
    onClose();
    act(thread, message);
  };
  return (
    <Dialog title={t('Delete message')} onClose={onClose}>
      <div class="stack">
        <p>
          {canDeleteForAll
            ? t(
                'If you delete it for everybody, its text and files are gone for good. If you delete it for yourself, the others keep it.',
              )
            : t('It disappears for you alone; the others keep it.')}
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
