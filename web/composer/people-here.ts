import type { Conversation, Person } from '@parley/client';

/** Others whom a text in this conversation may mention: its members, and, where they are too many to be listed, who spoke, latest first. */
export function peopleHere({ view, messages }: Pick<Conversation, 'view' | 'messages'>, me: string): readonly Person[] {
  const people = new Map<string, Person>();
  for (const { username, name } of view.members) people.set(username, { username, name });
  for (const { from_user, content_type } of [...messages].reverse()) {
    const isMember = view.kind === 'room' && content_type !== 'system';
    if (isMember && !people.has(from_user.username)) people.set(from_user.username, from_user);
  }
  people.delete(me);
  return [...people.values()];
}
