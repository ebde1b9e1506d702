import type { Message } from './protocol.ts';

/** The message after a user has added or removed a reaction. */
export function withReaction(message: Message, emoji: string, user: string, removed: boolean): Message {
  const others = (message.reactions[emoji] ?? []).filter((name) => name !== user);
  const users = removed ? others : [...others, user].sort();
  const { [emoji]: _, ...rest } = message.reactions;
  return { ...message, reactions: users.length === 0 ? rest : { ...message.reactions, [emoji]: users } };
}
