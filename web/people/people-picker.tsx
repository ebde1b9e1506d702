import type { Profile } from '@parley/client';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useMessenger } from '../state/session-context.ts';
import { focusWithArrows } from '../ui/arrow-keys.ts';
import { Button } from '../ui/button.tsx';
import { useSearchKeys } from '../ui/use-search-keys.ts';
import { t } from '../words/words.ts';
import { PersonLine } from './person-line.tsx';
import { usePeopleSearch } from './use-people-search.ts';

/** A search field and a list of people to pick from. While the field is empty, friends come first. */
export function PeoplePicker(props: {
  readonly label: string;
  /** User names that are not listed. */
  readonly exclude?: readonly string[];
  readonly disabled?: boolean;
  /** Does its field get the focus when the dialog opens? */
  readonly focused?: boolean;
  onPick(person: Profile): void;
}) {
  const { me, friends } = useMessenger();
  const id = useId();
  const [typed, setTyped] = useState('');
  const query = typed.trim();
  const search = usePeopleSearch(query);
  useEffect(() => {
    friends.load().catch(() => {});
  }, [friends]);
  const first = query === '' ? friends.friends : [];
  const rest = search.people.filter(({ username }) => !first.some((friend) => friend.username === username));
  const people = [...first, ...rest].filter(({ username }) => username !== me && !props.exclude?.includes(username));
  const list = useRef<HTMLUListElement>(null);
  const onKey = useSearchKeys(list, search.status !== 'searching');
  return (
    <div class="people-picker">
      <label class="label" for={id}>
        {props.label}
      </label>
      <input
        id={id}
        class="field"
        dir="auto"
        type="search"
        autocomplete="off"
        placeholder={t('Name')}
        value={typed}
        autofocus={props.focused}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <ul class="people-picker-list" ref={list} onKeyDown={focusWithArrows} aria-busy={search.status === 'searching'}>
        {people.map((person) => (
          <li key={person.username}>
            <Button
              look="list-button"
              disabled={props.disabled}
              onClick={() => {
                setTyped('');
                props.onPick(person);
              }}
            >
              <PersonLine
                username={person.username}
                name={person.name}
                secondLine={first.includes(person) ? t('Friend') : undefined}
              />
            </Button>
          </li>
        ))}
      </ul>
      <p class="list-note" role="status">
        {people.length === 0 &&
          search.status === 'found' &&
          t('No name begins like this. Try a first name or a user name.')}
        {search.error}
      </p>
    </div>
  );
}
