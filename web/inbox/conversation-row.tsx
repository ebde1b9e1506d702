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
import { ReceiptIcon } from '../ui/receipt-icon.tsx';
import { exactTime, shortTime } from '../ui/times.ts';
import { number, t } from '../words/words.ts';
import { lastReceipt, previewOf } from './preview.ts';
import { unsentOf, withUnsent } from './unsent.ts';
import { type RowMenu, useRowMenu } from './use-row-menu.ts';
import { wholeMessage } from './whole-message.ts';

/** A conversation of the list: title, last message, time and unread count. */
export function ConversationRow(props: {
  readonly view: ConversationView;
  readonly isCurrent: boolean;
  /** The open menu of the list. */
  readonly menu: Signal<RowMenu | undefined>;
}) {
  const { isCurrent } = props;
  const messenger = useMessenger();
  const { me, presence, now } = messenger;
  const unsent = unsentOf(messenger, props.view.id);
  const view = unsent ? withUnsent(props.view, me, unsent.item) : props.view;
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
        <SecondLine view={view} isCurrent={isCurrent} unsent={unsent?.state} />
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

/**
 * Who is typing, else what the server refused, else a draft, else what waits, else the last message. Its direction is that of the text: what is in
 * a `bdi` does not count.
 */
function SecondLine(props: {
  readonly view: ConversationView;
  readonly isCurrent: boolean;
  readonly unsent: 'refused' | 'pending' | undefined;
}) {
  const { view, unsent } = props;
  const messenger = useMessenger();
  const { me, typing, nameOf } = messenger;
  const typists = typing(view.id);
  if (typists.length > 0) {
    return <span class="row-text row-typing">{typingText(typists.map(nameOf), view.kind)}</span>;
  }
  const draft = props.isCurrent || unsent === 'refused' ? '' : readDraft(me, view.id).trim();
  if (draft !== '') {
    return (
      <span class="row-text" dir="auto">
        <bdi class="row-draft">{t('Draft')}</bdi>: {draft}
      </span>
    );
  }
  const { by, text, isQuiet } = previewOf(view, me, nameOf, unsent ? undefined : wholeMessage(messenger, view));
  const mark = unsent ?? lastReceipt(view, me);
  return (
    <span class="row-text" dir="auto" data-quiet={isQuiet}>
      {mark && (
        <bdi class="row-receipt">
          <ReceiptIcon state={mark} after=", " />
        </bdi>
      )}
      {by !== undefined && <bdi>{by}</bdi>}
      {by !== undefined && ': '}
      {text}
    </span>
  );
}
