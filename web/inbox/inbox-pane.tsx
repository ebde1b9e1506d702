import type { ConversationView } from '@parley/client';
import { isArchived, pinnedFirst } from '@parley/client/settings';
import { type Signal, useSignal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { route } from '../route.ts';
import { AccountButton } from '../settings/account-button.tsx';
import { readDraft } from '../state/drafts.ts';
import { idOf, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { t } from '../words/words.ts';
import { ConnectionLine } from './connection-line.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { matches } from './matches.ts';
import { unsentOf } from './unsent.ts';
import type { RowMenu } from './use-row-menu.ts';
import { useSteadyOrder } from './use-steady-order.ts';

const FriendRequests = lazy((chunk) => chunk.FriendRequests);
const GroupInvitations = lazy((chunk) => chunk.GroupInvitations);
const PeopleResults = lazy((chunk) => chunk.PeopleResults);
const NewChatDialog = lazy((chunk) => chunk.NewChatDialog);
const ConversationMenu = lazy((chunk) => chunk.ConversationMenu);

/** All conversations: pinned ones, then the latest. Archived ones have a list of their own. The search field filters all, and finds people. */
export function InboxPane() {
  const messenger = useMessenger();
  const { me, conversations, loaded, now, friends, invitations } = messenger;
  const [inArchive, setInArchive] = useState(false);
  const [typed, setTyped] = useState('');
  const [isCreating, setCreating] = useState(false);
  const menu = useSignal<RowMenu | undefined>(undefined);
  // Enter was pressed before there was a result: the first one is taken when it comes.
  const [takesFirst, setTakesFirst] = useState(false);
  const list = useRef<HTMLElement>(null);
  const query = typed.trim();
  const archive = conversations.value.filter((view) => isArchived(view, now.value));
  const showsArchive = inArchive && query === '' && archive.length > 0;
  const listed = showsArchive ? archive : pinnedFirst(conversations.value);
  const isBegun = ({ id }: ConversationView) => readDraft(me, id) !== '' || unsentOf(messenger, id) !== undefined;
  const rows = listed.filter((view) => {
    if (showsArchive) return true;
    if (query === '') {
      return !archive.includes(view) && (hasStarted(view) || isOpen(view, me) || isBegun(view));
    }
    return matches(query, [titleOf(view, me), ...view.members.flatMap(({ username, name }) => [username, name])]);
  });
  function type(text: string): void {
    setTyped(text);
    setTakesFirst(false);
  }

  function onSearchKey({ key, isComposing }: KeyboardEvent): void {
    const first = list.current?.querySelector<HTMLElement>('a[href]');
    if (key === 'Escape') type('');
    else if (key === 'ArrowDown') first?.focus();
    else if (key === 'Enter' && query !== '' && !isComposing) {
      if (rows.length === 0) setTakesFirst(true);
      else {
        first?.click();
        type('');
      }
    }
  }

  return (
    <>
      <div class="inbox-head">
        <div class="inbox-title">
          <p class="brand">Parley</p>
          <ConnectionLine />
        </div>
        <IconButton icon="plus" label={t('New chat')} onClick={() => setCreating(true)} />
        <AccountButton />
      </div>
      <search class="inbox-search">
        <Icon name="search" />
        <input
          class="field"
          dir="auto"
          type="search"
          aria-label={t('Search conversations and people')}
          placeholder={t('Search')}
          autocomplete="off"
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={onSearchKey}
        />
      </search>
      <nav class="inbox-list" aria-label={t('Conversations')} ref={list} onKeyDown={focusWithArrows}>
        {showsArchive && (
          <Button look="list-button" onClick={() => setInArchive(false)}>
            <Icon name="back" /> {t('Archive')}
          </Button>
        )}
        {query === '' && !showsArchive && friends.received.length > 0 && <FriendRequests />}
        {query === '' && !showsArchive && invitations.invitations.length > 0 && <GroupInvitations />}
        {rows.length > 0 && <ConversationList rows={rows} menu={menu} />}
        {query !== '' && <PeopleResults query={query} shown={rows} takesFirst={takesFirst} onChoose={() => type('')} />}
        {query === '' && !showsArchive && archive.length > 0 && (
          <Button look="list-button" onClick={() => setInArchive(true)}>
            <Icon name="archive" /> {t('Archived ({n})', { n: archive.length })}
          </Button>
        )}
        {query === '' && rows.length + archive.length === 0 && loaded.value && (
          <div class="empty-inbox">
            <p>{t('Nobody has written yet.')}</p>
            <p class="quiet">{t('Find somebody by name, make a group, or join a room.')}</p>
            <Button kind="main" onClick={() => setCreating(true)}>
              {t('Start a chat')}
            </Button>
          </div>
        )}
      </nav>
      {menu.value && <ConversationMenu menu={menu} />}
      {isCreating && <NewChatDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function ConversationList(props: {
  readonly rows: readonly ConversationView[];
  readonly menu: Signal<RowMenu | undefined>;
}) {
  const { me } = useMessenger();
  const { ordered, handlers } = useSteadyOrder(props.rows);
  return (
    <ul {...handlers}>
      {ordered.map((view) => (
        <ConversationRow key={view.id} view={view} isCurrent={isOpen(view, me)} menu={props.menu} />
      ))}
    </ul>
  );
}

/** Opening a direct conversation creates it; it is not listed before it has a message. */
function hasStarted({ kind, seq }: ConversationView): boolean {
  return seq > 0 || kind === 'room' || kind === 'group';
}

/** Does the address name this conversation? */
function isOpen({ id }: ConversationView, me: string): boolean {
  return route.value.page === 'conversation' && idOf(route.value.name, me) === id;
}
