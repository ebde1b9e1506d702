import type { ServerEvent } from '#protocol/events';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { FriendshipChange } from '../store/friendship.ts';
import { getUsers } from '../store/user.ts';
import { getProfile } from './people.ts';

type FriendEvent = 'friend_requested' | 'friend_accepted' | 'friend_removed';

/**
 * Posts the event to the user connections of everybody whose side changed. A request, or its acceptance, also goes to the other user's
 * connections for notifications.
 */
export async function notifyFriends(
  services: Services,
  type: FriendEvent,
  by: string,
  changed: readonly Pick<FriendshipChange, 'username' | 'other'>[],
): Promise<void> {
  const names = changed.map(({ username }) => username);
  const users = await getUsers(services, names);
  await Promise.all(
    changed.map(async ({ username, other }) => {
      const notifies = username !== by && type !== 'friend_removed';
      const recipient = users.filter((user) => user.username === username);
      const connections = connectionsOf(
        recipient,
        (scope) =>
          scope.kind === 'user' || (notifies && scope.kind === 'notifications' && scope.conversation === 'all'),
      );
      if (connections.length === 0) return;
      const event: ServerEvent =
        type === 'friend_removed'
          ? { type, user: other }
          : { type, by, person: await getProfile(services, username, other) };
      await postAll(services, connections, event);
    }),
  );
}
