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

/** At most six people whose user name, or a word of whose name, starts with the query. Empty if the only match is already written out. */
export function matchingPeople(query: string, people: readonly Person[]): readonly Person[] {
  const start = fold(query);
  const found = people.filter(({ username, name }) =>
    [username, ...fold(name).split(/\s+/)].some((word) => word.startsWith(start)),
  );
  return found.length === 1 && found[0]?.username === start ? [] : found.slice(0, 6);
}

/** The text with the whole name in it, and the caret behind the name. */
export function completeMention(text: string, caret: number, { from }: Mention, username: string) {
  const rest = text.slice(caret);
  const name = `@${username}${rest.startsWith(' ') ? '' : ' '}`;
  return { text: text.slice(0, from) + name + rest, caret: from + username.length + 2 };
}
