import type { ConversationChange } from '#protocol/message';

/** The text that history shows for a system entry, with the current names of users. */
export function systemText(
  change: ConversationChange,
  names: ReadonlyMap<string, string>,
  { isRoom = false }: { readonly isRoom?: boolean } = {},
): string {
  const it = isRoom ? 'the room' : 'the group';
  const nameOf = (username: string | undefined) =>
    username === undefined ? 'somebody' : (names.get(username) ?? username);
  const by = nameOf(change.by);
  const who = nameOf(change.who);
  switch (change.kind) {
    case 'created':
      return `${by} created the group`;
    case 'invited':
      return `${by} invited ${who}`;
    case 'removed':
      return `${by} removed ${who}`;
    case 'joined':
      return `${by} joined`;
    case 'left':
      return `${by} left`;
    case 'title':
      return `${by} named ${it} ${change.title ?? ''}`;
    case 'description':
      return change.description === undefined ? `${by} took the description away` : `${by} changed the description`;
    case 'picture':
      return change.taken_away ? `${by} took the picture away` : `${by} changed the picture`;
    case 'pinned':
      return `${by} pinned a message`;
    case 'unpinned':
      return `${by} unpinned a message`;
    case 'role':
      if (change.role === 'owner' && change.by === change.who) return `${by} took ${it} over`;
      if (change.role === 'owner') return `${by} handed ${it} over to ${who}`;
      return `${by} made ${who} ${change.role === 'admin' ? 'an admin' : `a ${change.role}`}`;
  }
}
