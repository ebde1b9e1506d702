/** Names of users and conversations. */
import type { ConversationView } from '@parley/client';
import { plural, t } from '../words/words.ts';

/** A user name as the user would write it: `bob%5fsmith` is `bob_smith`. */
export function plainName(username: string): string {
  try {
    return decodeURIComponent(username);
  } catch {
    return username;
  }
}

/** The title of a conversation: the names of the other members, the title of a group or room, else `#lobby`. */
export function titleOf(view: Pick<ConversationView, 'id' | 'kind' | 'title' | 'members'>, me: string): string {
  if (view.kind === 'room') return view.title ?? `#${view.id.slice('room:'.length)}`;
  if (view.kind === 'group') return view.title ?? t('Group');
  const others = view.members.filter(({ username }) => username !== me).map(({ name }) => name);
  // Lists have no members of some conversations, and all others may have left.
  const named = view.id.split('_').filter((username) => username !== me);
  return (others.length > 0 ? others : named.map(plainName)).join(', ');
}

/** The kind of a conversation by its name alone; `bob` is short for the direct conversation with bob. */
export function kindOf(name: string): ConversationView['kind'] {
  if (name.startsWith('room:')) return 'room';
  if (name.startsWith('group:')) return 'group';
  return name.split('_').length > 2 ? 'fixed' : 'direct';
}

/** The other member of a direct conversation; undefined for other kinds. */
export function otherOf({ id, kind }: Pick<ConversationView, 'id' | 'kind'>, me: string): string | undefined {
  return kind === 'direct' ? id.split('_').find((username) => username !== me) : undefined;
}

/** The id of the direct conversation between two users. */
export function directId(me: string, other: string): string {
  return [me, other].sort().join('_');
}

/** `typing…` in a direct conversation, else with the names of the users, of which there is at least one. */
export function typingText(names: readonly string[], kind?: ConversationView['kind']): string {
  if (kind === 'direct') return t('Typing…');
  const [first, second] = names;
  if (names.length === 1) return t('{name} is typing…', { name: first ?? '' });
  return names.length === 2
    ? t('{name} and {other} are typing…', { name: first ?? '', other: second ?? '' })
    : plural('{n} person is typing…|{n} people are typing…', names.length);
}

/** The id of the conversation that an address names, as the server reads it: `bob` is short for the direct conversation with bob. */
export function idOf(name: string, me: string): string {
  const lower = name.toLowerCase();
  if (lower.includes(':')) return lower;
  const people = lower.split('_');
  return [...new Set(people.length === 1 ? [...people, me] : people)].sort().join('_');
}
