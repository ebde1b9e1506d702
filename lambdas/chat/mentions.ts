import { namesAfterAt } from '#protocol/mentions';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getMemberships } from '../store/membership.ts';

/**
 * The members whom a text mentions, in its order. Where members stand in no name they are looked up by key, half a unit for each name after
 * an `@`; a text without any costs nothing.
 */
export async function mentionsIn(
  services: Pick<Services, 'table'>,
  conversation: Conversation,
  text: string,
): Promise<string[]> {
  const spoken = namesAfterAt(text);
  if (spoken.length === 0) return [];
  const members = await membersAmong(services, conversation, [...new Set(spoken.flat())]);
  return [...new Set(spoken.flatMap((forms) => forms.find((name) => members.has(name)) ?? []))];
}

async function membersAmong(
  services: Pick<Services, 'table'>,
  conversation: Conversation,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if ('members' in conversation) return new Set(conversation.members);
  const asked = names.map((username) => ({ username, conversation: conversation.id }));
  return new Set((await getMemberships(services, asked)).map(({ username }) => username));
}
