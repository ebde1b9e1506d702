import type { ConversationView } from '@parley/client';
import { useEffect, useId, useRef } from 'preact/hooks';
import { PersonLine } from '../people/person-line.tsx';
import { usePeopleSearch } from '../people/use-people-search.ts';
import { hrefOf } from '../route.ts';
import { directId, otherOf } from '../state/names.ts';
import { useMessenger } from '../state/session-context.ts';
import { t } from '../words/words.ts';

interface Results {
  /** The conversations that are listed above: people with whom these are direct ones are not listed again. */
  readonly shown: readonly ConversationView[];
  onChoose(): void;
}

/** The people that a search finds. */
export function PeopleResults(props: Results & { readonly query: string; readonly takesFirst: boolean }) {
  const { takesFirst } = props;
  const search = usePeopleSearch(props.query);
  const root = useRef<HTMLDivElement>(null);
  const isFound = search.status === 'found';
  useEffect(() => {
    if (takesFirst && isFound) root.current?.querySelector<HTMLElement>('a[href]')?.click();
  }, [takesFirst, isFound]);
  return (
    <div ref={root}>
      <PeopleList {...props} search={search} />
    </div>
  );
}

export function PeopleList(props: Results & { readonly search: ReturnType<typeof usePeopleSearch> }) {
  const { me } = useMessenger();
  const { status, people: found, error } = props.search;
  const listed = new Set(props.shown.map((view) => otherOf(view, me)));
  const people = found.filter(({ username }) => username !== me && !listed.has(username));
  const title = useId();
  return (
    <section aria-labelledby={title} aria-busy={status === 'searching'}>
      <h2 id={title} class="list-head">
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
