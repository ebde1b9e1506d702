/** Who has written in conversations that are named by their members, told by the windows of their states (named-sends.ts). */
import type { NamedConversation } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { conversationStateKey } from './conversation-state.ts';
import { entryKey, toEntry } from './entry.ts';
import { getItems } from './item.ts';
import { conversationOf } from './keys.ts';
import { getMemberships } from './membership.ts';
import { placeOf, sentNumbers } from './named-sends.ts';

/**
 * Those of the direct conversations in which both have written a message. An edit or a deletion counts too, because it is of one's own message;
 * a reaction does not. Consistent reads: a unit for each conversation, and one for each of the last sends where both have sent something.
 */
export async function bothHaveWritten(
  { table }: Store,
  conversations: readonly NamedConversation[],
): Promise<Set<string>> {
  const byId = new Map(conversations.map((conversation) => [conversation.id, conversation]));
  const states = await getItems(table, [...byId.keys()].map(conversationStateKey), { consistent: true });
  const found = await Promise.all(
    states.map(async (item) => {
      const conversation = byId.get(conversationOf(item.pk));
      if (!conversation) return [];
      const { id, members } = conversation;
      const sent = members.map((username) => sentNumbers(item, placeOf(conversation, username)));
      const numbers = sent.some((one) => one === undefined) ? await sentBefore({ table }, conversation) : sent.flat();
      const keys = [...new Set(numbers)].flatMap((seq) => (seq ? [entryKey({ conversation: id, seq })] : []));
      const entries = (await getItems(table, keys, { consistent: true })).map(toEntry);
      const written = entries.filter(({ type }) => type === 'message' || type === 'edit' || type === 'delete');
      const writers = new Set(written.flatMap((entry) => ('user' in entry ? [entry.user] : [])));
      return members.every((username) => writers.has(username)) ? [id] : [];
    }),
  );
  return new Set(found.flat());
}

/** What the memberships remember, in a conversation that nobody has used since its state has windows. */
async function sentBefore(services: Store, { id, members }: NamedConversation): Promise<number[]> {
  const memberships = await getMemberships(
    services,
    members.map((username) => ({ username, conversation: id })),
  );
  return memberships.flatMap(({ recentSends }) => [...recentSends.values()]);
}
