import type { Conversation, Person } from '@parley/client';
import { fold, typedMention } from '@parley/client/text';

/** A mention that is being typed. The server finds mentions in the same places. */
export interface Mention {
  /** Index of the `@`. */
  readonly from: number;
  readonly query: string;
}

/** The mention that ends at the caret. */
export function mentionAt(text: string, caret: number): Mention | undefined {
  const found = typedMention.exec(text.slice(0, caret));
  return found ? { from: found.index, query: found[1] ?? '' } : undefined;
}

/** The other users who can be mentioned: the members, and in a room, which may not list its members, also the authors, latest first. */
export function mentionCandidates(
  { view, messages }: Pick<Conversation, 'view' | 'messages'>,
  me: string,
): readonly Person[] {
  const people = new Map<string, Person>();
  for (const { username, name } of view.members) people.set(username, { username, name });
  for (const { from_user, content_type } of [...messages].reverse()) {
    const isMember = view.kind === 'room' && content_type !== 'system';
    if (isMember && !people.has(from_user.username)) people.set(from_user.username, from_user);
  }
  people.delete(me);
  return [...people.values()];
}

/**
 * At most six people whose user name, or a word of whose name, starts with the query; first whoever is called just that. Empty if the only match
 * is already written out.
 */
export function matchingPeople(query: string, people: readonly Person[]): readonly Person[] {
  const start = fold(query);
  const isExact = ({ username, name }: Person) => username === start || fold(name) === start;
  const found = people.filter(({ username, name }) =>
    [username, ...fold(name).split(/\s+/)].some((word) => word.startsWith(start)),
  );
  if (found.length === 1 && found[0]?.username === start) return [];
  return found.sort((a, b) => Number(isExact(b)) - Number(isExact(a))).slice(0, 6);
}

/** The part of the text to replace, and by what: the whole name, with a space behind it. */
export function completeMention(text: string, caret: number, { from }: Mention, username: string) {
  return { from, to: text[caret] === ' ' ? caret + 1 : caret, by: `@${username} ` };
}
