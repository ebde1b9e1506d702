import type { ConversationView } from '@parley/client';
import { PersonLine } from '../people/person-line.tsx';
import { usePeopleSearch } from '../people/use-people-search.ts';
import { hrefOf } from '../route.ts';
import { directId, otherOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { t } from '../words/words.ts';

/** The people that a search finds, without those whose direct conversation is already listed above. */
export function PeopleResults(props: {
  readonly query: string;
  readonly shown: readonly ConversationView[];
  onChoose(): void;
}) {
  const { me } = useMessenger();
  const { status, people: found, error } = usePeopleSearch(props.query);
  const listed = new Set(props.shown.map((view) => otherOf(view, me)));
  const people = found.filter(({ username }) => username !== me && !listed.has(username));
  return (
    <section aria-labelledby="people-results" aria-busy={status === 'searching'}>
      <h2 id="people-results" class="list-head">
        {t('People')}
      </h2>
      <ul>
        {people.map(({ username, name }) => (
          <li key={username}>
            <a
              class="list-button"
              href={hrefOf({ page: 'conversation', name: directId(me, username) })}
              onClick={props.onChoose}
            >
              <PersonLine username={username} name={name} />
            </a>
          </li>
        ))}
      </ul>
      <p class="list-note" role="status">
        {people.length === 0 && emptyText(status, props.shown.length > 0)}
        {error}
      </p>
    </section>
  );
}

function emptyText(status: 'searching' | 'found' | 'failed', hasConversations: boolean): string {
  if (status === 'searching') return t('Searching…');
  if (status === 'failed') return '';
  return hasConversations
    ? t('Nobody else has a name like this.')
    : t('No conversation and nobody has a name like this.');
}
