import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import { devicesOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import type { Side } from '../store/friend.ts';
import { getUsers } from '../store/user.ts';
import { showPerson } from './people.ts';

type Told = 'friend_requested' | 'friend_accepted' | 'friend_removed';

/** Tells each of the two for whom something changed, on all their user sockets; who is asked, or accepted, also where they watch notifications. */
export async function tellFriends(
  services: Services,
  type: Told,
  by: string,
  changed: readonly Pick<Side, 'username' | 'other'>[],
): Promise<void> {
  const users = await getUsers(
    services,
    changed.map(({ username }) => username),
  );
  await Promise.all(
    changed.map(async ({ username, other }) => {
      const isNews = username !== by && type !== 'friend_removed';
      const told = users.filter((user) => user.username === username);
      const devices = devicesOf(
        told,
        services.now(),
        (scope) => scope.kind === 'user' || (isNews && watchesAll(scope)),
      );
      if (devices.length === 0) return;
      await postAll(services, devices, await toEvent(services, type, by, username, other));
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
  return { type, by, person: await showPerson(services, viewer, other) };
}
