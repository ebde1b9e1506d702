import type { Profile } from '@parley/client';
import { manageGroups } from '@parley/client/groups';
import { limits } from '@parley/client/text';
import { useRef, useState } from 'preact/hooks';
import { GroupNameField } from '../people/group-name-field.tsx';
import { PeoplePicker } from '../people/people-picker.tsx';
import { useMessenger } from '../state/session-context.ts';
import { ErrorMessage } from '../ui/error-message.tsx';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';
import { t } from '../words/words.ts';

/** A form for the title and the first members of a group. */
export function NewGroup({ onCreated }: { onCreated(id: string): void }) {
  const { chat } = useMessenger();
  const [title, setTitle] = useState('');
  const [people, setPeople] = useState<readonly Profile[]>([]);
  const { busy, error, submit } = useAction();
  /** The same at each attempt, so that a retry creates no second group. */
  const clientId = useRef(crypto.randomUUID());
  const usernames = people.map(({ username }) => username);

  async function create(): Promise<void> {
    onCreated((await manageGroups(chat).create({ title, members: usernames, client_id: clientId.current })).id);
  }

  return (
    <form class="stack" onSubmit={submit(create)}>
      <GroupNameField title={title} onTitle={setTitle} />
      {people.length > 0 && (
        <ul class="chips" aria-label={t('People in the group')}>
          {people.map((person) => (
            <li key={person.username}>
              <button
                type="button"
                class="chip"
                aria-label={t('Take {name} out', { name: person.name })}
                onClick={() => setPeople(people.filter((other) => other !== person))}
              >
                {person.name}
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <PeoplePicker
        label={t('Add people')}
        exclude={usernames}
        disabled={people.length >= limits.groupBeginners}
        onPick={(person) => setPeople([...people, person])}
      />
      <ErrorMessage text={error} />
      <button type="submit" class="button" data-kind="main" disabled={busy || title.trim() === ''}>
        {t('Make the group')}
      </button>
    </form>
  );
}
