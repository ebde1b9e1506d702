import { useRef } from 'preact/hooks';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { route } from '../route.ts';
import { NothingChosen } from './nothing-chosen.tsx';
import { opened } from './reopen.ts';
import { useFocusOnShown } from './use-focus-on-shown.ts';

/** Both panes; on a narrow screen the one that the address names. */
export function ChatWindow() {
  const now = route.value;
  const inbox = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLElement>(null);
  useFocusOnShown(now, inbox, pane);
  return (
    <div class="window" data-at={now.at}>
      <h1 class="unseen">Parley</h1>
      {now.at === 'conversation' && (
        <button type="button" class="skip" onClick={() => pane.current?.focus()}>
          Skip to the conversation
        </button>
      )}
      <div class="inbox" ref={inbox}>
        <InboxPane />
      </div>
      <main class="pane" id="conversation" ref={pane} tabIndex={-1}>
        {now.at === 'conversation' ? (
          <ConversationPane key={`${now.name} ${opened.value}`} name={now.name} />
        ) : (
          <NothingChosen />
        )}
      </main>
    </div>
  );
}
