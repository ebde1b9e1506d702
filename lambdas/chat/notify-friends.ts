import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { FriendshipChange } from '../store/friendship.ts';
import { getUsers } from '../store/user.ts';
import { getProfile } from './people.ts';

type Told = 'friend_requested' | 'friend_accepted' | 'friend_removed';

/** Tells each of the two for whom something changed, on all their user sockets; who is asked, or accepted, also where they watch notifications. */
export async function notifyFriends(
  services: Services,
  type: Told,
  by: string,
  changed: readonly Pick<FriendshipChange, 'username' | 'other'>[],
): Promise<void> {
  const users = await getUsers(
    services,
    changed.map(({ username }) => username),
  );
  await Promise.all(
    changed.map(async ({ username, other }) => {
      const isNews = username !== by && type !== 'friend_removed';
      const told = users.filter((user) => user.username === username);
      const connections = connectionsOf(told, (scope) => scope.kind === 'user' || (isNews && watchesAll(scope)));
      if (connections.length === 0) return;
      await postAll(services, connections, await toEvent(services, type, by, username, other));
    }),
  );
}

function watchesAll(scope: Scope): boolean {
  return scope.kind === 'notifications' && scope.conversation === 'all';
}

async function toEvent(
  services: Services,
  type: Told,
  by: string,
  viewer: string,
  other: string,
): Promise<ServerEvent> {
  if (type === 'friend_removed') return { type, user: other };
  return { type, by, person: await getProfile(services, viewer, other) };
}
