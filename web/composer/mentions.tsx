import type { Person } from '@parley/client';
import { useId, useState } from 'preact/hooks';
import { Avatar } from '../ui/avatar.tsx';
import { t } from '../words/words.ts';
import { completeMention, type Mention, matchingPeople, mentionAt } from './mention.ts';

export type Mentions = ReturnType<typeof useMentions>;

/** The list of people that opens when the user types an `@`. */
export function useMentions(
  people: () => readonly Person[],
  field: () => HTMLTextAreaElement | null,
  onComplete: (text: string, caret: number) => void,
) {
  const id = useId();
  const [mention, setMention] = useState<Mention>();
  const [active, setActive] = useState(0);
  const found = mention ? matchingPeople(mention.query, people()) : [];
  const close = () => setMention(undefined);

  function choose({ username }: Person): void {
    const element = field();
    if (!mention || !element) return;
    const { text, caret } = completeMention(element.value, element.selectionStart, mention, username);
    close();
    onComplete(text, caret);
  }

  return {
    id,
    found,
    active,
    choose,
    close,
    /** To be called when the text or the caret changed. */
    update(text: string, caret: number): void {
      setMention(mentionAt(text, caret));
      setActive(0);
    },
    /** @returns whether the list has handled the key */
    onKey({ key }: KeyboardEvent): boolean {
      const person = found[active];
      if (!person) return false;
      if (key === 'Enter' || key === 'Tab') choose(person);
      else if (key === 'Escape') close();
      else if (key === 'ArrowDown') setActive((active + 1) % found.length);
      else if (key === 'ArrowUp') setActive((active + found.length - 1) % found.length);
      else return false;
      return true;
    },
  };
}

/** The people to mention. The focus stays in the text field, whose `aria-activedescendant` is the active option. */
export function MentionList({ mentions: { id, found, active, choose } }: { readonly mentions: Mentions }) {
  if (found.length === 0) return null;
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
          <span class="mention-user">@{person.username}</span>
        </div>
      ))}
    </div>
  );
}
