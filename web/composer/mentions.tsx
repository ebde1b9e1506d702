import type { Person } from '@parley/client';
import { useEffect, useId, useState } from 'preact/hooks';
import { insertText } from './insert-text.ts';
import { completeMention, type Mention, matchingPeople, mentionAt } from './mention.ts';

export type Mentions = ReturnType<typeof useMentions>;

/** The list of people that opens when the user types an `@`. */
export function useMentions(people: () => readonly Person[], field: () => HTMLTextAreaElement | null) {
  const id = useId();
  const [mention, setMention] = useState<Mention>();
  const [active, setActive] = useState(0);
  const found = mention ? matchingPeople(mention.query, people()) : [];
  const close = () => setMention(undefined);

  /** Looks what is at the caret now. @returns whether it is what the list is about */
  function look(): boolean {
    const element = field();
    const here = element ? mentionAt(element.value, element.selectionEnd) : undefined;
    if (here?.from === mention?.from && here?.query === mention?.query) return true;
    setMention(here);
    setActive(0);
    return false;
  }

  function choose({ username }: Person): void {
    const element = field();
    if (!mention || !element || !look()) return;
    const { from, to, by } = completeMention(element.value, element.selectionEnd, mention, username);
    close();
    insertText(element, by, from, to);
  }

  // The caret also moves by keys and by touch.
  useEffect(() => {
    if (!mention) return;
    document.addEventListener('selectionchange', look);
    return () => document.removeEventListener('selectionchange', look);
  });

  return {
    id,
    found,
    active,
    choose,
    close,
    /** To be called when the text or the caret changed. */
    look,
    /** @returns whether the list has handled the key */
    onKey({ key }: KeyboardEvent): boolean {
      const person = found[active];
      // The browser may not have told yet that the caret moved.
      if (!person || !look()) return false;
      if (key === 'Enter' || key === 'Tab') choose(person);
      else if (key === 'Escape') close();
      else if (key === 'ArrowDown') setActive((active + 1) % found.length);
      else if (key === 'ArrowUp') setActive((active + found.length - 1) % found.length);
      else return false;
      return true;
    },
  };
}
