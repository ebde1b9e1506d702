import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { firstMembersOf } from '../store/membership.ts';
import { getUsers } from '../store/user.ts';

/** Whether nobody but this member can ever read the conversation again. A room can always be joined. */
export async function isAlone(
  services: Pick<Services, 'table'>,
  conversation: Conversation,
  username: string,
): Promise<boolean> {
  if (conversation.kind === 'room') return false;
  const names = 'members' in conversation ? conversation.members : await firstMembersOf(services, conversation.id, 2);
  const others = await getUsers(
    services,
    names.filter((name) => name !== username),
  );
  return others.every(({ deletedAt }) => deletedAt !== undefined);
}
