import type { ConversationView } from '@parley/client';
import { useState } from 'preact/hooks';
import { ConnectionLine } from '../chat/connection-line.tsx';
import { useMessenger } from '../chat/use-messenger.ts';
import { draftOf } from '../conversation/drafts.ts';
import { titleOf } from '../people/names.ts';
import { route } from '../route.ts';
import { AccountButton } from '../settings/account-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { lazy } from '../ui/lazy.tsx';
import { ConversationList } from './conversation-list.tsx';
import { EmptyInbox } from './empty-inbox.tsx';
import { FriendRequests } from './friend-requests.tsx';
import { isShown } from './is-shown.ts';
import { matches } from './matches.ts';
import { PeopleFound } from './people-found.tsx';

const NewChatDialog = lazy((more) => more.NewChatDialog);

/** To look at somebody is not to have a conversation: nothing has been said in it. */
function isBegun({ kind, seq }: ConversationView): boolean {
  return seq > 0 || kind === 'room' || kind === 'group';
}

/** All conversations, latest first; what is typed above them narrows them down, and finds people. */
export function InboxPane() {
  const { me, conversations, loaded } = useMessenger();
  const [typed, setTyped] = useState('');
  const [begins, setBegins] = useState(false);
  const query = typed.trim();
  const rows = conversations.value.filter((view) => {
    if (query === '') return isBegun(view) || isShown(view, route.value, me) || draftOf(me, view.id) !== '';
    return matches(query, [titleOf(view, me), ...view.members.flatMap(({ username, name }) => [username, name])]);
  });
  return (
    <>
      <div class="inbox-head">
        <div class="inbox-title">
          <p class="brand">Parley</p>
          <ConnectionLine />
        </div>
        <button type="button" class="icon-button" aria-label="New chat" onClick={() => setBegins(true)}>
          <Icon name="plus" />
        </button>
        <AccountButton />
      </div>
      <search class="inbox-search">
        <Icon name="search" />
        <input
          class="field"
          type="search"
          aria-label="Search conversations and people"
          placeholder="Search"
          autocomplete="off"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setTyped('')}
        />
      </search>
      <nav class="inbox-list" aria-label="Conversations">
        {query === '' && <FriendRequests />}
        {rows.length > 0 && <ConversationList rows={rows} />}
        {query !== '' && <PeopleFound query={query} shown={rows} onChoose={() => setTyped('')} />}
        {query === '' && rows.length === 0 && loaded.value && <EmptyInbox onBegin={() => setBegins(true)} />}
      </nav>
      {begins && <NewChatDialog onClose={() => setBegins(false)} />}
    </>
  );
}
