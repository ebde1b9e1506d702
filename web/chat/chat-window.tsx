import { useRef } from 'preact/hooks';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { route } from '../route.ts';
import { Toasts } from '../ui/toast.tsx';
import { useMedia } from '../ui/use-media.ts';
import { NothingChosen } from './nothing-chosen.tsx';
import { opened } from './reopen.ts';
import { useFocusOnShown } from './use-focus-on-shown.ts';

/** Both panes; on a narrow screen the one that the address names. */
export function ChatWindow() {
  const now = route.value;
  // As chat.css has it: then one pane is all that is shown.
  const narrow = useMedia('(max-width: 45rem)');
  const inbox = useRef<HTMLElement>(null);
  const pane = useRef<HTMLElement>(null);
  useFocusOnShown(now, inbox, pane);
  return (
    <div class="window" data-at={now.at}>
      <header class="page-head">
        <h1 class="unseen">Parley</h1>
        {now.at === 'conversation' && (
          <button type="button" class="skip" onClick={() => pane.current?.focus()}>
            Skip to the conversation
          </button>
        )}
      </header>
      <section
        class="inbox"
        aria-label="Inbox"
        role={narrow && now.at === 'inbox' ? 'main' : undefined}
        ref={inbox}
        tabIndex={-1}
      >
        <InboxPane />
      </section>
      <main class="pane" id="conversation" ref={pane} tabIndex={-1}>
        {now.at === 'conversation' ? (
          <ConversationPane key={`${now.name} ${opened.value}`} name={now.name} />
        ) : (
          <NothingChosen />
        )}
      </main>
      <Toasts />
    </div>
  );
}
