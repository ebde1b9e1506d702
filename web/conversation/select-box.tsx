import type { Message } from '@parley/client';
import { t } from '../words/words.ts';
import { select } from './selection.ts';
import type { Thread } from './thread.ts';

/** Covers the row of a message while messages are selected, so that a press anywhere on it selects it. */
export function SelectBox(props: { readonly thread: Thread; readonly message: Message; readonly isSelected: boolean }) {
  const { thread, message, isSelected } = props;
  return (
    <label class="select-box">
      <input
        type="checkbox"
        aria-label={t('Select message')}
        checked={isSelected}
        onClick={({ shiftKey, currentTarget }) => {
          select(thread, message.seq, shiftKey);
          // The browser has changed it already, and too many cannot be selected.
          currentTarget.checked = thread.selected.peek()?.seqs.has(message.seq) ?? false;
        }}
      />
    </label>
  );
}
