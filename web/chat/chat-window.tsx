import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { route } from '../route.ts';

/** Both panes; on a narrow screen the one that the address names. */
export function ChatWindow() {
  const now = route.value;
  return (
    <div class="window" data-at={now.at}>
      <InboxPane />
      <main class="pane">
        {now.at === 'conversation' ? (
          <ConversationPane key={now.name} name={now.name} />
        ) : (
          <p class="nothing">Choose a conversation.</p>
        )}
      </main>
    </div>
  );
}
