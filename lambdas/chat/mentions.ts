import { namesAfterAt } from '#protocol/mentions';
import { type Conversation, isUserName } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getMemberships } from '../store/membership.ts';
import { blocksBetween } from './blocks-between.ts';

/**
 * The members whom a text mentions, in its order. A text without an `@` costs nothing. In a room or group members are looked up by key, half a
 * unit for each name after an `@`. Outside of direct conversations half a unit more, because nobody mentions a person who has blocked them;
 * there a fixed conversation's state is read as well, which tells who has left.
 */
export async function mentionsIn(
  services: Store,
  conversation: Conversation,
  author: string,
  text: string,
): Promise<string[]> {
  const mentions = namesAfterAt(text);
  const names = namesThatMayBe(conversation, [...new Set(mentions.flat())]);
  if (names.length === 0) return [];
  const others = conversation.kind === 'direct' ? [] : names.filter((name) => name !== author);
  const [called, blocks] = await Promise.all([
    membersCalled(services, conversation, names),
    others.length === 0 ? [] : blocksBetween(services, author, others, { consistent: false }),
  ]);
  const members = new Set(called);
  for (const { other } of blocks) members.delete(other);
  return [...new Set(mentions.flatMap((forms) => forms.find((name) => members.has(name)) ?? []))];
}

/** Those that are user names. A conversation that is named by its members has no others. */
function namesThatMayBe(conversation: Conversation, names: readonly string[]): readonly string[] {
  return 'members' in conversation
    ? names.filter((name) => conversation.members.includes(name))
    : names.filter(isUserName);
}

/** Those of the names that are members. */
async function membersCalled(
  services: Store,
  { id, kind }: Conversation,
  names: readonly string[],
): Promise<readonly string[]> {
  if (kind === 'direct') return names;
  if (kind === 'fixed') {
    const { departed } = await getConversationState(services, id);
    return names.filter((name) => !departed.has(name));
  }
  const keys = names.map((username) => ({ username, conversation: id }));
  return (await getMemberships(services, keys)).map(({ username }) => username);
}
