import { useEffect, useRef, useState } from 'preact/hooks';
import { IconButton } from '../ui/button.tsx';
import { useLayer } from '../ui/layers.ts';
import { useRestoreFocus } from '../ui/use-restore-focus.ts';
import { plural, t } from '../words/words.ts';
import { DeleteDialog } from './delete-dialog.tsx';
import { ForwardDialog } from './forward-dialog.tsx';
import { copyMessages } from './menu-actions.ts';
import { isSelectable } from './selection.ts';
import type { Thread } from './thread.ts';
import { useEscape } from './use-escape.ts';

/** What can be done with the selected messages, in the place of the composer. Escape ends it. */
export function SelectionBar({ thread }: { readonly thread: Thread }) {
  const root = useRef<HTMLDivElement>(null);
  const [dialog, setDialog] = useState<'delete' | 'forward'>();
  const { seqs } = thread.selected.value ?? {};
  const messages = thread.messages.value.filter((message) => seqs?.has(message.seq) && isSelectable(message));
  const isEmpty = messages.length === 0;
  const end = () => {
    thread.selected.value = undefined;
  };
  const parts = { thread, messages, onClose: () => setDialog(undefined), onDone: end };
  useEscape(root, end);
  useLayer(end);
  useRestoreFocus();
  // Others may have deleted what the dialog is about.
  useEffect(() => {
    if (isEmpty && dialog) end();
  }, [isEmpty]);
  // The menu that it began with is gone.
  useEffect(() => root.current?.focus(), []);
  return (
    <div class="selection-bar" role="toolbar" aria-label={t('Selected messages')} tabIndex={-1} ref={root}>
      <IconButton icon="close" label={t('Cancel')} onClick={end} />
      <p role="status">{plural('{n} selected|{n} selected', messages.length)}</p>
      <IconButton
        icon="copy"
        label={t('Copy text')}
        disabled={isEmpty}
        onClick={() => {
          copyMessages(messages);
          end();
        }}
      />
      <IconButton icon="forward" label={t('Forward')} disabled={isEmpty} onClick={() => setDialog('forward')} />
      <IconButton icon="trash" label={t('Delete')} disabled={isEmpty} onClick={() => setDialog('delete')} />
      {!isEmpty && dialog === 'delete' && <DeleteDialog {...parts} />}
      {!isEmpty && dialog === 'forward' && <ForwardDialog {...parts} />}
    </div>
  );
}
