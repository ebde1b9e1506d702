import type { ConversationView } from '@parley/client';
import { isMuted, notifies } from '@parley/client/settings';
import type { Signal } from '@preact/signals';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { hrefOf } from '../route.ts';
import { readDraft } from '../state/drafts.ts';
import { otherOf, titleOf, typingText } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { exactTime, shortTime } from '../ui/times.ts';
import { number, t } from '../words/words.ts';
import { lastReceipt, previewOf } from './preview.ts';
import { type RowMenu, useRowMenu } from './use-row-menu.ts';
import { wholeMessage } from './whole-message.ts';

/** A conversation of the list: title, last message, time and unread count. */
export function ConversationRow(props: {
  readonly view: ConversationView;
  readonly isCurrent: boolean;
  /** The open menu of the list. */
  readonly menu: Signal<RowMenu | undefined>;
}) {
  const { view, isCurrent } = props;
  const { me, presence, now } = useMessenger();
  const menu = useRowMenu(view.id, props.menu);
  const title = titleOf(view, me);
  const muted = isMuted(view, now.value);
  const other = otherOf(view, me);
  const at = view.last_message?.date_added;
  return (
    <li class="row-item">
      <a
        class="row"
        href={hrefOf({ page: 'conversation', name: view.id })}
        aria-current={isCurrent ? 'page' : undefined}
        data-conversation={view.id}
        data-unread={view.unread_count > 0}
        {...menu.handlers}
      >
        <ConversationAvatar view={view} />
        <span class="row-title" dir="auto">
          {title}
        </span>
        {(view.settings?.pinned || muted) && (
          <span class="row-marks">
            {view.settings?.pinned && <Icon name="pin" />}
            {view.settings?.pinned && <span class="visually-hidden">{t(', pinned,')} </span>}
            {muted && <Icon name="bell-off" />}
            {muted && <span class="visually-hidden">{t(', muted,')} </span>}
          </span>
        )}
        {other !== undefined && presence(other)?.online && <span class="visually-hidden">{t(', online,')} </span>}
        {at !== undefined && (
          <time class="row-time" dateTime={at} title={exactTime(at)}>
            {shortTime(at, now.value)}
          </time>
        )}
        <SecondLine view={view} isCurrent={isCurrent} />
        {view.unread_count > 0 && (
          <span class="badge" data-muted={!notifies(view, false, now.value) || undefined}>
            {view.unread_count > 99 ? `${number(99)}+` : number(view.unread_count)}
            <span class="visually-hidden"> {t('unread')}</span>
          </span>
        )}
      </a>
      <IconButton
        icon="down"
        label={t('Actions for {name}', { name: title })}
        aria-haspopup="menu"
        aria-expanded={props.menu.value?.id === view.id}
        onClick={({ currentTarget }) => menu.open(currentTarget.previousElementSibling)}
      />
    </li>
  );
}

const receipts = { sent: 'Sent', delivered: 'Delivered', read: 'Read' } as const;

/** Who is typing, else a draft, else the last message, whose direction is that of the text: what is in a `bdi` does not count. */
function SecondLine({ view, isCurrent }: { readonly view: ConversationView; readonly isCurrent: boolean }) {
  const messenger = useMessenger();
  const { me, typing, nameOf } = messenger;
  const typists = typing(view.id);
  if (typists.length > 0) {
    return <span class="row-text row-typing">{typingText(typists.map(nameOf), view.kind)}</span>;
  }
  const draft = isCurrent ? '' : readDraft(me, view.id).trim();
  if (draft !== '') {
    return (
      <span class="row-text" dir="auto">
        <bdi class="row-draft">{t('Draft:')}</bdi> {draft}
      </span>
    );
  }
  const { by, text, isQuiet } = previewOf(view, me, nameOf, wholeMessage(messenger, view));
  const receipt = lastReceipt(view, me);
  return (
    <span class="row-text" dir="auto" data-quiet={isQuiet}>
      {receipt && (
        <bdi class="row-receipt" data-status={receipt}>
          <Icon name={receipt === 'sent' ? 'check' : 'checks'} />
          <span class="visually-hidden">{`${t(receipts[receipt])}, `}</span>
        </bdi>
      )}
      {by !== undefined && <bdi>{by}:</bdi>} {text}
    </span>
  );
}
