import { namesAfterAt } from '#protocol/mentions';
import type { Conversation } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getMemberships } from '../store/membership.ts';
import { blocksBetween } from './blocks-between.ts';

/**
 * The members whom a text mentions, in its order. A text without an `@` costs nothing. In a room or group members are looked up by key, half a
 * unit for each name after an `@`; outside of direct conversations half a unit more for each member among them, because nobody mentions a
 * person who has blocked them.
 */
export async function mentionsIn(
  services: Store,
  conversation: Conversation,
  author: string,
  text: string,
): Promise<string[]> {
  const mentions = namesAfterAt(text);
  const members = new Set(await membersCalled(services, conversation, [...new Set(mentions.flat())]));
  const others = [...members].filter((name) => name !== author);
  if (conversation.kind !== 'direct' && others.length > 0) {
    for (const { other } of await blocksBetween(services, author, others, { consistent: false })) members.delete(other);
  }
  return [...new Set(mentions.flatMap((forms) => forms.find((name) => members.has(name)) ?? []))];
}

/** Those of the names that are members. */
async function membersCalled(
  services: Store,
  conversation: Conversation,
  names: readonly string[],
): Promise<readonly string[]> {
  const { id, kind } = conversation;
  if (!('members' in conversation)) {
    const keys = names.map((username) => ({ username, conversation: id }));
    return (await getMemberships(services, keys)).map(({ username }) => username);
  }
  const called = conversation.members.filter((name) => names.includes(name));
  if (kind === 'direct' || called.length === 0) return called;
  const { departed } = await getConversationState(services, id);
  return called.filter((name) => !departed.has(name));
}
