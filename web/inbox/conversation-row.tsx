import type { ConversationView } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { draftOf } from '../conversation/drafts.ts';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { otherOf, titleOf } from '../people/names.ts';
import { addressOf } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { shortTime, wholeTime } from '../ui/times.ts';
import { lastTick } from './last-tick.ts';
import { previewOf, typingWords } from './preview.ts';

/** One conversation of the list: who, what was said last and when, and how much of it is unread. */
export function ConversationRow({ view, current }: { readonly view: ConversationView; readonly current: boolean }) {
  const { me, presence } = useMessenger();
  const other = otherOf(view, me);
  const at = view.last_message?.date_added;
  return (
    <li>
      <a
        class="row"
        href={addressOf({ at: 'conversation', name: view.id })}
        aria-current={current ? 'page' : undefined}
        data-conversation={view.id}
        data-unread={view.unread_count > 0}
      >
        <ConversationAvatar view={view} />
        <span class="row-title">{titleOf(view, me)}</span>
        {other !== undefined && presence(other)?.online && <span class="unseen">, online, </span>}
        {at !== undefined && (
          <time class="row-time" dateTime={at} title={wholeTime(at)}>
            {shortTime(at, Date.now())}
          </time>
        )}
        <SecondLine view={view} current={current} />
        {view.unread_count > 0 && (
          <span class="badge">
            {view.unread_count > 99 ? '99+' : view.unread_count}
            <span class="unseen"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
}

/** Who types, else a draft, else what was said last. */
function SecondLine({ view, current }: { readonly view: ConversationView; readonly current: boolean }) {
  const { me, typing, nameOf } = useMessenger();
  const typists = typing(view.id);
  if (typists.length > 0) {
    return <span class="row-text row-typing">{typingWords(typists.map(nameOf), view.kind)}</span>;
  }
  const draft = current ? '' : draftOf(me, view.id).trim();
  if (draft !== '') {
    return (
      <span class="row-text">
        <span class="row-draft">Draft: </span>
        {draft}
      </span>
    );
  }
  const { by, text, quiet } = previewOf(view, me);
  const tick = lastTick(view, me);
  return (
    <span class="row-text" data-quiet={quiet}>
      {tick && (
        <span class="row-tick" data-is={tick}>
          <Icon name={tick === 'sent' ? 'check' : 'checks'} />
          <span class="unseen">{`${tick}, `}</span>
        </span>
      )}
      {by !== undefined && `${by}: `}
      {text}
    </span>
  );
}
