/**
 * Blocking. A block is noted in both memberships of the direct conversation, which is created if it does not exist, and in its state, which
 * every send writes on condition that there is no block. It also ends a friendship and pending requests.
 */
import { ChatError } from '#protocol/errors';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import { membershipsOf } from '../store/membership.ts';
import { endBlock } from '../store/named-windows.ts';
import { getUser } from '../store/user.ts';
import { endFriendship } from './friends.ts';
import { directConversationWith } from './people.ts';
import type { Caller } from './require-membership.ts';

/** @throws ChatError `unknown_user`, `invalid_frame` for oneself, `conflict` */
export async function block(services: Services, caller: Caller, username: string): Promise<void> {
  if (!(await getUser(services, username))) throw new ChatError('unknown_user', `there is no user ${username}`);
  await endFriendship(services, caller.username, username, ['blocks', 'blocked']);
}

/** @throws ChatError `invalid_frame` for oneself, `conflict` */
export async function unblock(services: TimedStore, caller: Caller, username: string): Promise<void> {
  await endBlock(services, directConversationWith(caller.username, username), caller.username, username);
}

/** The users whom this user has blocked, sorted by name. Reads all memberships of the user, as an inbox does. */
export async function blockedBy(services: Store, username: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of membershipsOf(services, username)) {
    const inNames = page.filter(({ blocks }) => blocks).flatMap(({ conversation }) => conversation.split('_'));
    names.push(...inNames.filter((name) => name !== username));
  }
  return names.sort();
}
