import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ConversationPane } from '../conversation/conversation-pane.tsx';
import { InboxPane } from '../inbox/inbox-pane.tsx';
import { lazy } from '../lazy.tsx';
import { openAttempts, type Route, route } from '../route.ts';
import { idOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { Icon } from '../ui/icon.tsx';
import { Toasts } from '../ui/toast.tsx';
import { useMediaQuery } from '../ui/use-media-query.ts';
import { t } from '../words/words.ts';
import { onGoTo } from './go-to-key.ts';

const GoToDialog = lazy((chunk) => chunk.GoToDialog);
const JoinPane = lazy((chunk) => chunk.JoinPane);

/** Inbox and conversation side by side; on a narrow screen only the one that the address names. */
export function ChatWindow() {
  const current = route.value;
  // The same width as in chat.css.
  const isNarrow = useMediaQuery('(max-width: 45rem)');
  const inbox = useRef<HTMLElement>(null);
  const pane = useRef<HTMLElement>(null);
  const { me } = useMessenger();
  const [isGoing, setGoing] = useState(false);
  useEffect(() => onGoTo(() => setGoing(true)), []);
  usePaneFocus(current, me, inbox, pane);
  return (
    <div class="window" data-page={current.page}>
      <header class="page-head">
        <h1 class="visually-hidden">Parley</h1>
        {current.page === 'conversation' && (
          <button type="button" class="skip-link" onClick={() => pane.current?.focus()}>
            {t('Skip to the conversation')}
          </button>
        )}
      </header>
      <section
        class="inbox"
        aria-label={t('Inbox')}
        role={isNarrow && current.page === 'inbox' ? 'main' : undefined}
        ref={inbox}
        tabIndex={-1}
      >
        <InboxPane />
      </section>
      <main class="pane" id="conversation" ref={pane} tabIndex={-1}>
        {current.page === 'conversation' ? (
          <ConversationPane key={`${current.name} ${openAttempts.value}`} name={current.name} seq={current.seq} />
        ) : current.page === 'join' ? (
          <JoinPane key={current.code} code={current.code} />
        ) : (
          <div class="empty-pane">
            <Icon name="send" />
            <p>{t('Choose a conversation, or begin a new one.')}</p>
          </div>
        )}
      </main>
      {isGoing && <GoToDialog onClose={() => setGoing(false)} />}
      <Toasts />
    </div>
  );
}

/** Moves the focus to the pane that the address names, when the address changes and the focus is not there already. */
function usePaneFocus(
  route: Route,
  me: string,
  inbox: RefObject<HTMLElement | null>,
  pane: RefObject<HTMLElement | null>,
): void {
  const previous = useRef(route);
  useEffect(() => {
    const left = previous.current;
    previous.current = route;
    if (left === route) return;
    if (route.page !== 'inbox') {
      if (!pane.current?.contains(document.activeElement)) pane.current?.focus({ preventScroll: true });
    } else if (left.page === 'conversation' && !inbox.current?.contains(document.activeElement)) {
      const row = inbox.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(idOf(left.name, me))}"]`);
      // Not the search field: on a phone that would open the keyboard.
      (row ?? inbox.current)?.focus();
    }
  }, [route, me, inbox, pane]);
}
