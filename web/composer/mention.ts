import type { Person } from '@parley/client';

/** What is being written after an `@`: the server finds mentions in the same places, see protocol/mentions.ts. */
export interface Mention {
  /** Place of the `@`. */
  readonly from: number;
  readonly query: string;
}

const before = /(?<![\p{L}\p{N}\p{M}._%+/@-])@([\p{L}\p{N}\p{M}.%-]*)$/u;

/** @param caret how far the text counts */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const found = before.exec(text.slice(0, caret));
  return found ? { from: found.index, query: found[1] ?? '' } : undefined;
}

/** At most six whose user name, or a word of whose name, begins so. Nobody, when the one that is meant stands there already. */
export function peopleFor(query: string, people: readonly Person[]): readonly Person[] {
  const wanted = query.toLowerCase();
  const found = people.filter(({ username, name }) =>
    [username, ...name.toLowerCase().split(/\s+/)].some((word) => word.startsWith(wanted)),
  );
  return found.length === 1 && found[0]?.username === wanted ? [] : found.slice(0, 6);
}

/** The text with the whole name in it, and where the caret stands then. */
export function complete(text: string, caret: number, { from }: Mention, username: string) {
  const rest = text.slice(caret);
  const name = `@${username}${rest.startsWith(' ') ? '' : ' '}`;
  return { text: text.slice(0, from) + name + rest, caret: from + username.length + 2 };
}
