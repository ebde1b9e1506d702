import { useState } from 'preact/hooks';
import { Opening } from '../chat/opening.tsx';
import { useMessenger } from '../chat/use-messenger.ts';
import { Composer } from '../composer/composer.tsx';
import { lazy } from '../ui/lazy.tsx';
import type { Thread } from './thread.ts';
import { BackLink, ThreadHead } from './thread-head.tsx';
import { ThreadSkeleton } from './thread-skeleton.tsx';
import { ThreadView } from './thread-view.tsx';
import { TypingLine } from './typing-line.tsx';
import { useConversation } from './use-conversation.ts';

const DetailsPanel = lazy((more) => more.DetailsPanel);
const Refused = lazy((more) => more.Refused);
const ThreadSearch = lazy((more) => more.ThreadSearch);

/** The open conversation: head, messages, and where one writes. */
export function ConversationPane({ name }: { readonly name: string }) {
  const { state } = useMessenger();
  const opened = useConversation(name);
  if (opened.is === 'opening') {
    return (
      <section class="conversation" aria-busy="true" aria-label="Conversation">
        <header class="thread-head">
          <BackLink />
        </header>
        {['offline', 'waiting'].includes(state.value.status) ? <Opening name={name} /> : <ThreadSkeleton />}
      </section>
    );
  }
  if (opened.is === 'refused') {
    return (
      <section class="conversation" aria-label="Conversation">
        <header class="thread-head">
          <BackLink />
        </header>
        <Refused name={name} error={opened.error} />
      </section>
    );
  }
  return <OpenConversation key={opened.thread.conversation.id} thread={opened.thread} />;
}

function OpenConversation({ thread }: { readonly thread: Thread }) {
  const [isSearching, setSearching] = useState(false);
  const [hasDetails, setDetails] = useState(false);
  void thread.changes.value;
  const { conversation } = thread;
  return (
    <section class="conversation-and-details" aria-label="Conversation">
      <div class="conversation">
        <ThreadHead
          thread={thread}
          isSearching={isSearching}
          hasDetails={hasDetails}
          onSearch={() => setSearching(!isSearching)}
          onDetails={() => setDetails(!hasDetails)}
        />
        {isSearching && <ThreadSearch thread={thread} onClose={() => setSearching(false)} />}
        <ThreadView thread={thread} />
        <TypingLine thread={thread} />
        <Composer conversation={conversation} />
      </div>
      {hasDetails && <DetailsPanel conversation={conversation} onClose={() => setDetails(false)} />}
    </section>
  );
}
