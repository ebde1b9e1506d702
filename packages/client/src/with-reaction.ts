import type { Message } from './protocol.ts';

/** The message after a user has added or removed a reaction. */
export function withReaction(message: Message, emoji: string, user: string, removed: boolean): Message {
  const { [emoji]: before = [], ...others } = message.reactions;
  const users = before.filter((name) => name !== user);
  if (!removed) users.push(user);
  return { ...message, reactions: users.length === 0 ? others : { ...message.reactions, [emoji]: users.sort() } };
}
