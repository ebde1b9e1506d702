import type { Person } from '@parley/client';
import { Avatar } from '../ui/avatar.tsx';

/** Whom one may mean; focus stays in the text, which names the active one by its id. */
export function MentionList(props: {
  readonly id: string;
  readonly people: readonly Person[];
  readonly active: number;
  onChoose(person: Person): void;
}) {
  return (
    <div class="mention-list" role="listbox" id={props.id} aria-label="People to mention">
      {props.people.map((person, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys are the text's, which has the focus
        <div
          class="mention-choice"
          role="option"
          key={person.username}
          id={`${props.id}-${index}`}
          aria-selected={index === props.active}
          // Keeps the focus in the text.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => props.onChoose(person)}
        >
          <Avatar name={person.name} size={1.75} />
          <span class="mention-name">{person.name}</span>
          <span class="mention-user">@{person.username}</span>
        </div>
      ))}
    </div>
  );
}
