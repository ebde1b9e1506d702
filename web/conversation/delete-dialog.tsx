import type { Message } from '@parley/client';
import { Dialog } from '../ui/dialog.tsx';
import { allowedWith, deleteForAll, deleteForMe } from './message-actions.ts';
import type { Thread } from './thread.ts';

/** Asks for whom a message is to be deleted. */
export function DeleteDialog(props: { readonly thread: Thread; readonly message: Message; onClose(): void }) {
  const { thread, message, onClose } = props;
  const forAll = allowedWith(thread, message).deleteForAll;
  const act = (what: (thread: Thread, message: Message) => void) => () => {
    onClose();
    what(thread, message);
  };
  return (
    <Dialog title="Delete message" onClose={onClose}>
      <div class="stack">
        <p>
          {forAll
            ? 'For everybody, its text and files are gone for good. For you alone, the others keep it.'
            : 'It disappears for you alone; the others keep it.'}
        </p>
        <div class="answers delete-answers">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" class="button" data-kind="danger" onClick={act(deleteForMe)}>
            Delete for me
          </button>
          {forAll && (
            <button type="button" class="button" data-kind="danger-main" onClick={act(deleteForAll)}>
              Delete for everybody
            </button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
