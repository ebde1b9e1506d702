import { namesAfterAt } from '#protocol/mentions';
import type { Conversation } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { getMemberships } from '../store/membership.ts';

/**
 * The members whom a text mentions, in its order. In a room or group they are looked up by key, half a unit for each name after an `@`; a text
 * without an `@` costs nothing.
 */
export async function mentionsIn(services: Store, conversation: Conversation, text: string): Promise<string[]> {
  const mentions = namesAfterAt(text);
  const names = [...new Set(mentions.flat())];
  const keys = names.map((username) => ({ username, conversation: conversation.id }));
  const members = new Set(
    'members' in conversation
      ? conversation.members
      : (await getMemberships(services, keys)).map(({ username }) => username),
  );
  return [...new Set(mentions.flatMap((forms) => forms.find((name) => members.has(name)) ?? []))];
}
