import type { Person } from '@parley/client';
import { useId, useState } from 'preact/hooks';
import { complete, type Mention, mentionAt, peopleFor } from './mention.ts';

/** What a text field does about an `@` in it. */
export interface Mentions {
  readonly id: string;
  readonly found: readonly Person[];
  readonly active: number;
  /** The text or the caret changed. */
  look(text: string, caret: number): void;
  /** @returns whether the key was for the list */
  take(event: KeyboardEvent): boolean;
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
  const found = mention ? peopleFor(mention.query, people()) : [];
  const close = () => setMention(undefined);

  function choose({ username }: Person): void {
    const element = field();
    if (!mention || !element) return;
    const { text, caret } = complete(element.value, element.selectionStart, mention, username);
    close();
    onComplete(text, caret);
  }

  return {
    ...{ id, found, active, choose, close },
    look(text, caret) {
      setMention(mentionAt(text, caret));
      setActive(0);
    },
    take({ key }) {
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
