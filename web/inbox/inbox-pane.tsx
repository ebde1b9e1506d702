import type { ConversationView } from '@parley/client';
import { useState } from 'preact/hooks';
import { lazy } from '../lazy.tsx';
import { route } from '../route.ts';
import { AccountButton } from '../settings/account-button.tsx';
import { readDraft } from '../state/drafts.ts';
import { kindOf, otherOf, titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { ConversationRow } from './conversation-row.tsx';
import { FriendRequests } from './friend-requests.tsx';
import { GroupInvitations } from './group-invitations.tsx';
import { matches } from './matches.ts';
import { PeopleResults } from './people-results.tsx';
import { useSteadyOrder } from './use-steady-order.ts';

const NewChatDialog = lazy((chunk) => chunk.NewChatDialog);

/** All conversations, latest first. The search field filters them, and finds people. */
export function InboxPane() {
  const { me, conversations, loaded } = useMessenger();
  const [typed, setTyped] = useState('');
  const [isCreating, setCreating] = useState(false);
  const query = typed.trim();
  const rows = conversations.value.filter((view) => {
    if (query === '') return hasStarted(view) || isOpen(view, me) || readDraft(me, view.id) !== '';
    return matches(query, [titleOf(view, me), ...view.members.flatMap(({ username, name }) => [username, name])]);
  });
  return (
    <>
      <div class="inbox-head">
        <div class="inbox-title">
          <p class="brand">Parley</p>
          <ConnectionLine />
        </div>
        <IconButton icon="plus" label="New chat" onClick={() => setCreating(true)} />
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
        {query === '' && <GroupInvitations />}
        {rows.length > 0 && <ConversationList rows={rows} />}
        {query !== '' && <PeopleResults query={query} shown={rows} onChoose={() => setTyped('')} />}
        {query === '' && rows.length === 0 && loaded.value && (
          <div class="empty-inbox">
            <p>Nobody has written yet.</p>
            <p class="quiet">Find somebody by name, make a group, or join a room.</p>
            <Button kind="main" onClick={() => setCreating(true)}>
              Start a chat
            </Button>
          </div>
        )}
      </nav>
      {isCreating && <NewChatDialog onClose={() => setCreating(false)} />}
    </>
  );
}

function ConversationList({ rows }: { readonly rows: readonly ConversationView[] }) {
  const { me } = useMessenger();
  const { ordered, handlers } = useSteadyOrder(rows);
  return (
    <ul onKeyDown={focusWithArrows} {...handlers}>
      {ordered.map((view) => (
        <ConversationRow key={view.id} view={view} isCurrent={isOpen(view, me)} />
      ))}
    </ul>
  );
}

/** Opening a direct conversation creates it; it is not listed before it has a message. */
function hasStarted({ kind, seq }: ConversationView): boolean {
  return seq > 0 || kind === 'room' || kind === 'group';
}

/** Does the address name this conversation? It may name a direct conversation by the other user alone. */
function isOpen(view: ConversationView, me: string): boolean {
  if (route.value.page !== 'conversation') return false;
  const name = route.value.name.toLowerCase();
  return name === view.id || (kindOf(name) === 'direct' && name === otherOf(view, me));
}
