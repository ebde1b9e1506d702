import type { ConversationView } from '@parley/client';
import { useMessenger } from '../chat/use-messenger.ts';
import { otherOf } from '../people/names.ts';
import { PersonLine } from '../people/person-line.tsx';
import { usePeople } from '../people/use-people.ts';
import { addressOf } from '../route.ts';

/** People whom a search finds, but those whose conversation stands above already. */
export function PeopleFound(props: {
  readonly query: string;
  readonly shown: readonly ConversationView[];
  onChoose(): void;
}) {
  const { me } = useMessenger();
  const found = usePeople(props.query);
  const above = new Set(props.shown.map((view) => otherOf(view, me)));
  const people = found.people.filter(({ username }) => username !== me && !above.has(username));
  return (
    <section class="found" aria-labelledby="found" aria-busy={found.is === 'searching'}>
      <h2 id="found" class="list-head">
        People
      </h2>
      <ul class="rows">
        {people.map(({ username, name }) => (
          <li key={username}>
            <a
              class="row-plain"
              href={addressOf({ at: 'conversation', name: [me, username].sort().join('_') })}
              onClick={props.onChoose}
            >
              <PersonLine username={username} name={name} />
            </a>
          </li>
        ))}
      </ul>
      <p class="list-note" role="status">
        {people.length === 0 && wordsOf(found.is, props.shown.length > 0)}
        {found.error}
      </p>
    </section>
  );
}

function wordsOf(is: 'searching' | 'found' | 'failed', others: boolean): string {
  if (is === 'searching') return 'Searching…';
  if (is === 'failed') return '';
  return others ? 'Nobody else has a name like this.' : 'No conversation and nobody has a name like this.';
}
