/**
 * Blocking: noted on both memberships of the direct conversation, which is made for it where the two have never spoken. The other's
 * is read before anything of theirs is accepted, so that a block costs nothing when people speak. It ends friendship and requests too.
 */
import { ChatError } from '#protocol/errors';
import type { Services } from '../runtime/services.ts';
import { endBlock } from '../store/direct-membership.ts';
import { membershipsOf } from '../store/membership.ts';
import { ensureUser, getUser } from '../store/user.ts';
import { endFriendship } from './friends.ts';
import { directConversationWith } from './people.ts';
import type { Caller } from './require-membership.ts';

/** @throws ChatError `unknown_user`, `invalid_frame` for oneself, `conflict` */
export async function block(services: Services, caller: Caller, username: string): Promise<void> {
  if (!(await getUser(services, username))) throw new ChatError('unknown_user', `there is no user ${username}`);
  await ensureUser(services, caller);
  await endFriendship(services, caller.username, username, ['blocks', 'blocked']);
}

/** @throws ChatError `invalid_frame` for oneself */
export async function unblock(services: Pick<Services, 'table'>, caller: Caller, username: string): Promise<void> {
  const { id } = directConversationWith(caller.username, username);
  // Listed until it does not hold any more: whoever is kept out can be found and let in.
  await endBlock(services, username, id, 'blocked');
  await endBlock(services, caller.username, id, 'blocks');
}

/** Whom this user has blocked, by name. Reads all memberships of the user, as an inbox does. */
export async function blockedBy(services: Pick<Services, 'table'>, username: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of membershipsOf(services, username)) {
    const blocking = page.filter(({ blocks }) => blocks).flatMap(({ conversation }) => conversation.split('_'));
    names.push(...blocking.filter((name) => name !== username));
  }
  return names.sort();
}
