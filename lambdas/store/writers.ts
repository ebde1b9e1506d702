/** Who has written in conversations that are named by their members, told by the windows of their states (named-sends.ts). */
import type { NamedConversation } from '#protocol/names';
import type { Store } from '../runtime/services.ts';
import { conversationStateKey } from './conversation-state.ts';
import { entryKey, toEntry } from './entry.ts';
import { getItems, type Item } from './item.ts';
import { conversationOf } from './keys.ts';
import { getMemberships } from './membership.ts';
import { placeOf, sentNumbers } from './named-sends.ts';

/**
 * Those of the direct conversations in which both have written a message. An edit or a deletion counts too, because it is of one's own message;
 * a reaction does not. Consistent reads: a unit for each conversation, two more where both have sent something, and one for each of their other
 * last sends where the last one is a reaction.
 */
export async function bothHaveWritten(
  services: Store,
  conversations: readonly NamedConversation[],
): Promise<Set<string>> {
  const byId = new Map(conversations.map((conversation) => [conversation.id, conversation]));
  const states = await getItems(services.table, [...byId.keys()].map(conversationStateKey), { consistent: true });
  const found = await Promise.all(
    states.map(async (item) => {
      const conversation = byId.get(conversationOf(item.pk));
      return conversation && (await haveWritten(services, conversation, item)) ? [conversation.id] : [];
    }),
  );
  return new Set(found.flat());
}

async function haveWritten(services: Store, conversation: NamedConversation, state: Item): Promise<boolean> {
  const sent = await Promise.all(
    conversation.members.map(async (username) => {
      const numbers =
        sentNumbers(state, placeOf(conversation, username)) ?? (await sentBefore(services, conversation, username));
      return numbers.sort((a, b) => b - a);
    }),
  );
  if (sent.some(({ length }) => length === 0)) return false;
  const results = await Promise.all(
    sent.map(
      async ([newest = 0, ...older]) =>
        (await isWritten(services, conversation, [newest])) || isWritten(services, conversation, older),
    ),
  );
  return results.every(Boolean);
}

/** Is one of these entries more than a reaction? One that has expired, or whose sender died, is nothing. */
async function isWritten(services: Store, { id }: NamedConversation, numbers: readonly number[]): Promise<boolean> {
  const keys = numbers.map((seq) => entryKey({ conversation: id, seq }));
  const entries = (await getItems(services.table, keys, { consistent: true })).map(toEntry);
  return entries.some(({ type }) => type === 'message' || type === 'edit' || type === 'delete');
}

/** What the membership remembers, in a conversation that nobody has used since its state has windows. */
async function sentBefore(services: Store, { id }: NamedConversation, username: string): Promise<number[]> {
  const [membership] = await getMemberships(services, [{ username, conversation: id }]);
  return [...(membership?.recentSends.values() ?? [])];
}
