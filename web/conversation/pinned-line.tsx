import { useState } from 'preact/hooks';
import { Icon } from '../ui/icon.tsx';
import { plural } from '../words/words.ts';
import { PinnedDialog } from './pinned-dialog.tsx';
import type { Thread } from './thread.ts';

/** Below the head of a conversation that has pinned messages: how many, and the way to them. */
export function PinnedLine({ thread }: { readonly thread: Thread }) {
  const [isOpen, setOpen] = useState(false);
  void thread.changes.value;
  const { pinned_messages: count } = thread.conversation.view;
  return (
    <>
      {count !== undefined && (
        <button type="button" class="list-button pinned-line" onClick={() => setOpen(true)}>
          <Icon name="pin" />
          {plural('{n} pinned message|{n} pinned messages', count)}
        </button>
      )}
      {isOpen && <PinnedDialog thread={thread} onClose={() => setOpen(false)} />}
    </>
  );
}
