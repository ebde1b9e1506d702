import { Avatar } from '../ui/avatar.tsx';
import { t } from '../words/words.ts';
import type { Mentions } from './use-mentions.ts';

/** The people to mention. The focus stays in the text field, whose `aria-activedescendant` is the active option. */
export function MentionList({ mentions: { id, found, active, choose } }: { readonly mentions: Mentions }) {
  return (
    <div class="mention-list" role="listbox" id={id} aria-label={t('People to mention')}>
      {found.map((person, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the text field has the focus and handles the keys
        <div
          class="mention-choice"
          role="option"
          key={person.username}
          id={`${id}-${index}`}
          aria-selected={index === active}
          // Keeps the focus in the text field.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => choose(person)}
        >
          <Avatar name={person.name} size={1.75} />
          <span class="mention-name" dir="auto">
            {person.name}
          </span>
          <bdi class="mention-user">@{person.username}</bdi>
        </div>
      ))}
    </div>
  );
}
