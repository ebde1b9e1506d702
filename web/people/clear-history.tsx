import type { Conversation } from '@parley/client';
import { useState } from 'preact/hooks';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';

export function ClearHistory({ conversation }: { readonly conversation: Conversation }) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <button type="button" class="action" data-kind="danger" onClick={() => setAsks(true)}>
        Clear history
      </button>
      {asks && (
        <ConfirmDialog
          title="Clear the history?"
          action="Clear"
          onConfirm={() => conversation.clearHistory()}
          onClose={() => setAsks(false)}
        >
          All messages so far are taken from your devices, for good. The others keep theirs.
        </ConfirmDialog>
      )}
    </>
  );
}
