import type { ConversationView } from '@parley/client';

/** A user name as people would write it: `bob%5fsmith` is `bob_smith`. */
export function plainName(username: string): string {
  try {
    return decodeURIComponent(username);
  } catch {
    return username;
  }
}

/** What a conversation is called: the others' names, a group's title, `#lobby`. */
export function titleOf(view: Pick<ConversationView, 'id' | 'kind' | 'title' | 'members'>, me: string): string {
  if (view.kind === 'room') return `#${view.id.slice('room:'.length)}`;
  if (view.kind === 'group') return view.title ?? 'Group';
  return othersOf(view, me)
    .map(({ name }) => name)
    .join(', ');
}

/** Everybody in it but oneself, as far as its list or its name says. */
export function othersOf(
  { id, kind, members }: Pick<ConversationView, 'id' | 'kind' | 'members'>,
  me: string,
): readonly { readonly username: string; readonly name: string }[] {
  if (members.length > 0) return members.filter(({ username }) => username !== me);
  if (kind === 'room' || kind === 'group') return [];
  return id
    .split('_')
    .filter((username) => username !== me)
    .map((username) => ({ username, name: plainName(username) }));
}

/** The kind of a conversation that is known by its name alone; `bob` is short for the direct one. */
export function kindOf(name: string): ConversationView['kind'] {
  if (name.startsWith('room:')) return 'room';
  if (name.startsWith('group:')) return 'group';
  return name.split('_').length > 2 ? 'fixed' : 'direct';
}

/** The other one of a direct conversation; undefined where there is no such one. */
export function otherOf({ id, kind }: Pick<ConversationView, 'id' | 'kind'>, me: string): string | undefined {
  return kind === 'direct' ? (id.split('_').find((username) => username !== me) ?? undefined) : undefined;
}
