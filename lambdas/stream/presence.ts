import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import { type InboxRow, lastSeenAt } from '../chat/inbox.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';

/**
 * Tells a user's direct contacts whether the user is online: the contacts of the 200 conversations that were active last, without people
 * whom the user has blocked.
 */
export async function broadcastPresence(services: Services, user: User, inbox: readonly InboxRow[]): Promise<void> {
  const contacts = inbox
    .filter(({ membership }) => !membership.blocks)
    .map(({ state }) => parseConversation(state.conversation))
    .flatMap((conversation) =>
      conversation.kind === 'direct' && 'members' in conversation ? conversation.members : [],
    )
    .filter((name) => name !== user.username)
    .slice(0, limits.presenceContacts);
  const now = services.now();
  const online = openConnectionsOf(user, now).length > 0;
  const lastSeen = online ? undefined : lastSeenAt(user);
  const connections = connectionsOf(await getUsers(services, contacts), (scope) => scope.kind === 'user');
  await postAll(services, connections, {
    type: 'presence',
    user: user.username,
    online,
    last_seen: lastSeen === undefined ? null : toTime(lastSeen),
  });
}
