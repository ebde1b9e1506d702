import type { Person } from '@parley/client';
import { useId, useState } from 'preact/hooks';
import { completeMention, type Mention, matchingPeople, mentionAt } from './mention.ts';

/** The list of people that opens when the user types an `@`. */
export interface Mentions {
  readonly id: string;
  readonly found: readonly Person[];
  readonly active: number;
  /** To be called when the text or the caret changed. */
  update(text: string, caret: number): void;
  /** @returns whether the list has handled the key */
  onKey(event: KeyboardEvent): boolean;
  choose(person: Person): void;
  close(): void;
}

export function useMentions(
  people: () => readonly Person[],
  field: () => HTMLTextAreaElement | null,
  onComplete: (text: string, caret: number) => void,
): Mentions {
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
    update(text, caret) {
      setMention(mentionAt(text, caret));
      setActive(0);
    },
    onKey({ key }) {
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
