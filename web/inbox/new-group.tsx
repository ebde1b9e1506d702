import type { ConversationView, Profile } from '@parley/client';
import { useRef, useState } from 'preact/hooks';
import { limits } from '../../protocol/limits.ts';
import { useMessenger } from '../chat/use-messenger.ts';
import { GroupNameField } from '../people/group-name-field.tsx';
import { PickPeople } from '../people/pick-people.tsx';
import { go } from '../route.ts';
import { Icon } from '../ui/icon.tsx';
import { useAction } from '../ui/use-action.ts';

/** A title, and who is in it from the beginning. */
export function NewGroup({ onDone }: { onDone(): void }) {
  const { chat } = useMessenger();
  const [title, setTitle] = useState('');
  const [people, setPeople] = useState<readonly Profile[]>([]);
  const { busy, refusal, act } = useAction();
  /** So that trying again makes no second group. */
  const clientId = useRef(crypto.randomUUID());

  async function make(): Promise<void> {
    const { id } = await chat.request<ConversationView>('POST', '/conversations', {
      ...{ title, members: people.map(({ username }) => username), client_id: clientId.current },
    });
    onDone();
    go({ at: 'conversation', name: id });
  }

  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        act(make);
      }}
    >
      <GroupNameField title={title} onTitle={setTitle} />
      {people.length > 0 && (
        <ul class="chips" aria-label="People in the group">
          {people.map((person) => (
            <li key={person.username}>
              <button
                type="button"
                class="chip"
                aria-label={`Take ${person.name} out`}
                onClick={() => setPeople(people.filter((one) => one !== person))}
              >
                {person.name}
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <PickPeople
        label="Add people"
        without={people.map(({ username }) => username)}
        disabled={people.length >= limits.groupBeginners}
        onPick={(person) => setPeople([...people, person])}
      />
      {refusal && (
        <p class="refusal" role="alert">
          {refusal}
        </p>
      )}
      <button type="submit" class="button" data-kind="main" disabled={busy || title.trim() === ''}>
        Make the group
      </button>
    </form>
  );
}
