/**
 * Blocking. A block is noted in both memberships of the direct conversation, which is created if it does not exist, and in its state, which
 * every send writes on condition that there is no block. It also ends a friendship and pending requests.
 */
import type { Services, Store } from '../runtime/services.ts';
import { getConversationState } from '../store/conversation-state.ts';
import { getMembership, membershipsOf } from '../store/membership.ts';
import { endBlock } from '../store/named-windows.ts';
import { tellOfBlock, tellOfUnblock } from './block-events.ts';
import { endFriendship } from './friends.ts';
import { assertUsersExist, directConversationWith } from './people.ts';
import type { Caller } from './require-membership.ts';
import { readCursor } from './unread-count.ts';

/** @throws ChatError `unknown_user`, `invalid_frame` for oneself, `conflict` */
export async function block(services: Services, caller: Caller, username: string): Promise<void> {
  const { id } = directConversationWith(caller.username, username);
  await assertUsersExist(services, [username]);
  const [state, membership] = await Promise.all([
    getConversationState(services, id),
    getMembership(services, caller.username, id),
  ]);
  const read = membership ? readCursor(state, membership).seq : 0;
  await endFriendship(services, caller.username, username, { read });
  if (!membership?.blocks) await tellOfBlock(services, state, caller.username, username);
}

/** @throws ChatError `invalid_frame` for oneself, `conflict` */
export async function unblock(services: Services, caller: Caller, username: string): Promise<void> {
  const conversation = directConversationWith(caller.username, username);
  const [own, theirs] = await Promise.all([
    getMembership(services, caller.username, conversation.id),
    getMembership(services, username, conversation.id),
  ]);
  await endBlock(services, conversation, caller.username, username);
  if (own?.blocks) await tellOfUnblock(services, own, theirs?.blockerRead ?? 0, username);
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
