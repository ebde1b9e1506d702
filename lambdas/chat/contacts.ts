/** Contacts: two users who are friends, or who have both written in their direct conversation. Nobody becomes one without doing something. */
import { parseConversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { getFriendships } from '../store/friendship.ts';
import { bothHaveWritten } from '../store/writers.ts';

/** Those of the others who are contacts of this user. Costs a unit for each friend; two, and one for each of their last sends, for each other. */
export async function contactsAmong(
  services: Pick<Services, 'table'>,
  username: string,
  others: readonly string[],
): Promise<Set<string>> {
  const strangers = others.filter((other) => other !== username);
  const friendships = await getFriendships(
    services,
    strangers.map((other) => ({ username, other })),
  );
  const contacts = new Set(friendships.filter(({ state }) => state === 'friends').map(({ other }) => other));
  const directs = strangers
    .filter((other) => !contacts.has(other))
    .flatMap((other) => {
      const conversation = parseConversation(other, username);
      return 'members' in conversation ? [{ other, conversation }] : [];
    });
  const written = await bothHaveWritten(
    services,
    directs.map(({ conversation }) => conversation),
  );
  for (const { other, conversation } of directs) if (written.has(conversation.id)) contacts.add(other);
  return contacts;
}
