import type { ConversationChange } from '#protocol/message';

/** What history says of a change of the conversation, with people as they are called now. */
export function systemText(change: ConversationChange, names: ReadonlyMap<string, string>): string {
  const called = (username: string | undefined) =>
    username === undefined ? 'somebody' : (names.get(username) ?? username);
  const by = called(change.by);
  const who = called(change.who);
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
      return `${by} named the group ${change.title ?? ''}`;
    case 'role':
      return change.role === 'owner'
        ? `${by} handed the group over to ${who}`
        : `${by} made ${who} ${article(change.role)}`;
  }
}

function article(role: ConversationChange['role']): string {
  return role === 'admin' ? 'an admin' : 'a member';
}
