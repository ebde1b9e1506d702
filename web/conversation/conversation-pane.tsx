import { useRef, useState } from 'preact/hooks';
import { Composer } from '../composer/composer.tsx';
import { lazy } from '../lazy.tsx';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';
import type { Thread } from './thread.ts';
import { BackLink, ThreadHead } from './thread-head.tsx';
import { ThreadView } from './thread-view.tsx';
import { TypingLine } from './typing-line.tsx';
import { useConversation } from './use-conversation.ts';

const AccessDenied = lazy((chunk) => chunk.AccessDenied);
const DetailsPanel = lazy((chunk) => chunk.DetailsPanel);
const PinnedLine = lazy((chunk) => chunk.PinnedLine);
const ThreadSearch = lazy((chunk) => chunk.ThreadSearch);

/** The open conversation: head, messages and composer. */
export function ConversationPane({ name }: { readonly name: string }) {
  const { state } = useMessenger();
  const opened = useConversation(name);
  if (opened.status === 'open') return <OpenConversation key={opened.thread.conversation.id} thread={opened.thread} />;
  const isOffline = ['offline', 'waiting'].includes(state.value.status);
  return (
    <section class="conversation" aria-busy={opened.status === 'opening'} aria-label={t('Conversation')}>
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

function OpenConversation({ thread }: { readonly thread: Thread }) {
  const [isSearching, setSearching] = useState(false);
  const [hasDetails, setDetails] = useState(false);
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
          isSearching={isSearching}
          hasDetails={hasDetails}
          onSearch={() => setSearching(!isSearching)}
          onDetails={() => setDetails(!hasDetails)}
        />
        {hasPinned.current && <PinnedLine thread={thread} />}
        {isSearching && <ThreadSearch thread={thread} onClose={() => setSearching(false)} />}
        <ThreadView thread={thread} />
        <TypingLine thread={thread} />
        <Composer thread={thread} />
      </div>
      {hasDetails && <DetailsPanel conversation={conversation} onClose={() => setDetails(false)} />}
    </section>
  );
}

/** Shown instead of a conversation that cannot be loaded without a connection. */
function OfflinePane({ name }: { readonly name: string }) {
  const { state, conversations, me, pending } = useMessenger();
  const { status } = state.value;
  const view = conversations.value.find(({ id }) => id === name);
  return (
    <div class="empty-pane">
      {view && <h2>{titleOf(view, me)}</h2>}
      <p>
        {status === 'offline' ? t('You are offline.') : t('Not connected; trying again soon.')}{' '}
        {t('The messages are shown as soon as you are connected, and what you wrote is sent then.')}
      </p>
      <ul class="unsent" aria-label={t('Waiting to be sent')}>
        {pending(name).map(({ client_id, action }) => (
          <li key={client_id}>
            <Icon name="clock" /> {action.type === 'create' ? action.message || t('File') : t('A change')}
          </li>
        ))}
      </ul>
    </div>
  );
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
