import type { PinnedMessage } from '@parley/client';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorMessage } from '../ui/error-message.tsx';
import { now } from '../ui/now.ts';
import { shortTime } from '../ui/times.ts';
import { showError } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
import { permissionsFor } from './message-actions.ts';
import { excerpt } from './message-quote.tsx';
import { setPinned } from './pin.ts';
import type { Thread } from './thread.ts';
import { usePinned } from './use-pinned.ts';

/** The pinned messages: each can be gone to, and taken down by whoever may pin. */
export function PinnedDialog({ thread, onClose }: { readonly thread: Thread; onClose(): void }) {
  const { list, error } = usePinned(thread);
  const goTo = (seq: number) => {
    onClose();
    thread.goTo(seq).catch(showError);
  };
  return (
    <Dialog title={t('Pinned messages')} onClose={onClose}>
      {list?.length === 0 && <p class="list-note">{t('No message is pinned.')}</p>}
      <ul class="pinned-list" aria-label={t('Pinned messages')} aria-busy={list === undefined}>
        {list?.map((pinned) => (
          <PinnedRow key={pinned.message.seq} thread={thread} pinned={pinned} onGo={() => goTo(pinned.message.seq)} />
        ))}
      </ul>
      <ErrorMessage text={error} />
    </Dialog>
  );
}

function PinnedRow(props: { readonly thread: Thread; readonly pinned: PinnedMessage; onGo(): void }) {
  const { thread, pinned } = props;
  const { message, pinned_by: by } = pinned;
  const isMine = (username: string) => username === thread.me;
  return (
    <li class="pinned-row">
      <button type="button" class="list-button search-result" onClick={props.onGo}>
        <span class="search-result-name" dir="auto">
          {isMine(message.from_user.username) ? t('You') : message.from_user.name}
        </span>
        <time class="search-result-time" dateTime={message.date_added}>
          {shortTime(message.date_added, now.value)}
        </time>
        <span class="search-result-text" dir="auto">
          {excerpt(thread, message)}
        </span>
        <span class="quiet">{isMine(by.username) ? t('Pinned by you') : t('Pinned by {name}', { name: by.name })}</span>
      </button>
      {permissionsFor(thread, message).pin && (
        <Button onClick={() => setPinned(thread, message, false)}>{t('Unpin')}</Button>
      )}
    </li>
  );
}
