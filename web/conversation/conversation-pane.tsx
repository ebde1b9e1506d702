import { useEffect, useRef, useState } from 'preact/hooks';
import { Composer } from '../composer/composer.tsx';
import { lazy } from '../lazy.tsx';
import { arrive } from '../route.ts';
import { useMessenger } from '../state/session-context.ts';
import { catchKeys } from '../ui/catch-keys.ts';
import { showError, showToast } from '../ui/toast.tsx';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';
import { BackLink, ThreadHead } from './thread-head.tsx';
import { ThreadView } from './thread-view.tsx';
import { TypingLine } from './typing-line.tsx';
import { useConversation } from './use-conversation.ts';

const AccessDenied = lazy((chunk) => chunk.AccessDenied);
const DetailsPanel = lazy((chunk) => chunk.DetailsPanel);
const OfflinePane = lazy((chunk) => chunk.OfflinePane);
const PinnedLine = lazy((chunk) => chunk.PinnedLine);
const SelectionBar = lazy((chunk) => chunk.SelectionBar);
const ThreadSearch = lazy((chunk) => chunk.ThreadSearch);

/** The open conversation: head, messages and composer. */
export function ConversationPane({ name, seq }: { readonly name: string; readonly seq?: number }) {
  const { state } = useMessenger();
  const opened = useConversation(name, seq);
  const isOpening = opened.status === 'opening';
  // Who chooses a conversation writes at once: the composer gets what was typed while it was opened.
  useEffect(() => {
    if (!isOpening) return;
    const keys = catchKeys(() => {});
    return () => (document.activeElement?.matches('textarea') ? keys.give() : keys.stop());
  }, [isOpening]);
  if (opened.status === 'open')
    return <OpenConversation key={opened.thread.conversation.id} thread={opened.thread} seq={seq} />;
  const isOffline = ['offline', 'waiting'].includes(state.value.status);
  return (
    <section class="conversation" aria-busy={isOpening} aria-label={t('Conversation')}>
      <header class="thread-head">
        <BackLink />
      </header>
      {opened.status === 'failed' ? (
        <AccessDenied name={name} error={opened.error} />
      ) : isOffline ? (
        <OfflinePane name={name} />
      ) : (
        <ThreadSkeleton />
      )}
    </section>
  );
}

function OpenConversation({ thread, seq }: { readonly thread: Thread; readonly seq?: number }) {
  // One at a time, because there is room for one beside the messages.
  const [beside, setBeside] = useState<'search' | 'details'>();
  const toggle = (what: typeof beside) => () => setBeside(beside === what ? undefined : what);
  const close = () => setBeside(undefined);
  useLinkedMessage(thread, seq);
  void thread.changes.value;
  const { conversation } = thread;
  // Its dialog stays open when the last one is taken down.
  const hasPinned = useRef(false);
  hasPinned.current ||= conversation.view.pinned_messages !== undefined;
  return (
    <section class="conversation-and-details" aria-label={t('Conversation')}>
      <div class="conversation">
        <ThreadHead
          thread={thread}
          isSearching={beside === 'search'}
          hasDetails={beside === 'details'}
          onSearch={toggle('search')}
          onDetails={toggle('details')}
        />
        {hasPinned.current && <PinnedLine thread={thread} />}
        <ThreadView thread={thread} />
        <TypingLine thread={thread} />
        <Composer thread={thread} />
        {thread.selected.value && <SelectionBar thread={thread} />}
      </div>
      {beside === 'search' && <ThreadSearch thread={thread} onClose={close} />}
      {beside === 'details' && <DetailsPanel conversation={conversation} onClose={close} />}
    </section>
  );
}

/** Shows the message that the address names. */
function useLinkedMessage(thread: Thread, seq: number | undefined): void {
  useEffect(() => {
    if (seq === undefined) return;
    arrive();
    thread.goTo(seq).then(
      (found) => found !== seq && showToast(t('This message is not here any more.')),
      (error: Error) => showError(error),
    );
  }, [thread, seq]);
}

const skeletonWidths = [40, 62, 30, 54, 46, 24, 58];

/** Placeholders while the messages are loading. */
function ThreadSkeleton() {
  return (
    <div class="thread-skeleton" aria-hidden="true">
      {skeletonWidths.map((width, index) => (
        <span key={width} data-own={index % 3 === 1} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
