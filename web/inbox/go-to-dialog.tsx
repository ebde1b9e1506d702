import type { ConversationView } from '@parley/client';
import { useRef, useState } from 'preact/hooks';
import { ConversationAvatar } from '../people/conversation-avatar.tsx';
import { usePeopleSearch } from '../people/use-people-search.ts';
import { hrefOf } from '../route.ts';
import { titleOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useSearchKeys } from '../ui/use-search-keys.ts';
import { t } from '../words/words.ts';
import { matches } from './matches.ts';
import { PeopleList } from './people-results.tsx';

/** More than fit without scrolling. */
const maxRows = 12;

/** Ctrl-K or ⌘-K: goes to a conversation or a person by a few letters of the name. The latest conversations stand first. */
export function GoToDialog({ onClose }: { onClose(): void }) {
  const { me, conversations } = useMessenger();
  const [typed, setTyped] = useState('');
  const query = typed.trim();
  const search = usePeopleSearch(query);
  // While it searches, it still has those whom the text before has found.
  const people = search.people.filter(({ username, name }) => matches(query, [username, name]));
  const results = useRef<HTMLDivElement>(null);
  const found = conversations.value.filter((view) => query === '' || matches(query, namesOf(view, me)));
  const rows = found.slice(0, maxRows);
  const onKey = useSearchKeys(results, rows.length > 0 || search.status !== 'searching');
  return (
    <Dialog title={t('Go to')} onClose={onClose}>
      <input
        class="field"
        type="search"
        autofocus
        autocomplete="off"
        aria-label={t('Search conversations and people')}
        placeholder={t('Search conversations and people')}
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={onKey}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links in it */}
      <div class="go-to-list" ref={results} onKeyDown={focusWithArrows}>
        <ul aria-label={t('Conversations')}>
          {rows.map((view) => (
            <li key={view.id}>
              <a class="list-button" href={hrefOf({ page: 'conversation', name: view.id })} onClick={onClose}>
                <ConversationAvatar view={view} size={2.25} /> <span dir="auto">{titleOf(view, me)}</span>
              </a>
            </li>
          ))}
        </ul>
        {query !== '' && <PeopleList search={{ ...search, people }} shown={rows} onChoose={onClose} />}
      </div>
    </Dialog>
  );
}

function namesOf(view: ConversationView, me: string): string[] {
  return [titleOf(view, me), ...view.members.flatMap(({ username, name }) => [username, name])];
}
