import type { Person } from '@parley/client';
import { Avatar } from '../ui/avatar.tsx';

/** The people to mention. The focus stays in the text field, whose `aria-activedescendant` is the active option. */
export function MentionList(props: {
  readonly id: string;
  readonly people: readonly Person[];
  readonly active: number;
  onChoose(person: Person): void;
}) {
  return (
    <div class="mention-list" role="listbox" id={props.id} aria-label="People to mention">
      {props.people.map((person, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the text field has the focus and handles the keys
        <div
          class="mention-choice"
          role="option"
          key={person.username}
          id={`${props.id}-${index}`}
          aria-selected={index === props.active}
          // Keeps the focus in the text field.
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
