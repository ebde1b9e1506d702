import type { Profile } from '@parley/client';
import { useEffect, useId, useState } from 'preact/hooks';
import { useMessenger } from '../chat/use-messenger.ts';
import { moveWithArrows } from '../inbox/move-with-arrows.ts';
import { PersonLine } from './person-line.tsx';
import { usePeople } from './use-people.ts';

/** A field that finds people, and a list to choose from: friends first, as long as nothing is typed. */
export function PickPeople(props: {
  readonly label: string;
  /** Who is not to be chosen. */
  readonly without?: readonly string[];
  readonly disabled?: boolean;
  onPick(person: Profile): void;
}) {
  const { me, friends } = useMessenger();
  const id = useId();
  const [typed, setTyped] = useState('');
  const query = typed.trim();
  const found = usePeople(query);
  useEffect(() => {
    friends.load().catch(() => {});
  }, [friends]);
  const near = query === '' ? friends.friends.value : [];
  const all = [...near, ...found.people.filter(({ username }) => !near.some((one) => one.username === username))];
  const people = all.filter(({ username }) => username !== me && !props.without?.includes(username));
  return (
    <div class="pick">
      <label class="label" for={id}>
        {props.label}
      </label>
      <input
        id={id}
        class="field"
        type="search"
        autocomplete="off"
        placeholder="Name"
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <ul class="pick-list" onKeyDown={moveWithArrows} aria-busy={found.is === 'searching'}>
        {people.map((person) => (
          <li key={person.username}>
            <button
              type="button"
              class="row-plain"
              disabled={props.disabled}
              onClick={() => {
                setTyped('');
                props.onPick(person);
              }}
            >
              <PersonLine
                username={person.username}
                name={person.name}
                below={near.includes(person) ? 'Friend' : undefined}
              />
            </button>
          </li>
        ))}
      </ul>
      <p class="list-note" role="status">
        {people.length === 0 && found.is === 'found' && 'Nobody has a name like this.'}
        {found.error}
      </p>
    </div>
  );
}
