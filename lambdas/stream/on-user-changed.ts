import { removeReplacedAvatar } from '../chat/avatar.ts';
import { claimLooks } from '../chat/create-caller.ts';
import type { ItemChange } from '../runtime/stream-event.ts';
import { type Connection, toUser, type User } from '../store/user.ts';
import { closeRemoved, endSignedOutConnections } from './close-connections.ts';
import { onConnected } from './on-connected.ts';
import { onDisconnected } from './on-disconnected.ts';
import { onPresenceHidden } from './on-presence-hidden.ts';
import type { StreamServices } from './plan-count.ts';

/** What happened to a user. */
export interface UserChange {
  /** Undefined for a new user. */
  readonly before: User | undefined;
  readonly user: User;
  readonly added: readonly Connection[];
  readonly removed: readonly Connection[];
}

export function toUserChange({ before: item, after = {} }: ItemChange): UserChange {
  const before = item && toUser(item);
  const user = toUser(after);
  const earlier = before?.connections ?? [];
  return {
    before,
    user,
    added: missingIn(earlier, user.connections),
    removed: missingIn(user.connections, earlier),
  };
}

/** Those of the connections that are not among the others. */
function missingIn(others: readonly Connection[], connections: readonly Connection[]): Connection[] {
  return connections.filter(({ id }) => !others.some((other) => other.id === id));
}

export async function onUserChanged(
  services: StreamServices,
  { before, user, added, removed }: UserChange,
): Promise<void> {
  await removeReplacedAvatar(services, before, user);
  if (before && user.owner && !before.owner) await keepLooks(services, user);
  if (user.signedOutAt !== before?.signedOutAt) return endSignedOutConnections(services, user);
  if (before && before.hidesPresence !== user.hidesPresence) await onPresenceHidden(services, user);
  for (const connection of added) await onConnected(services, { before, user, connection });
  for (const connection of removed) {
    await closeRemoved(services, user, connection);
    await onDisconnected(services, user, connection);
  }
}

/** A user from before whose first token has just come: from now on nobody may sign up with a name that looks like theirs. */
async function keepLooks(services: StreamServices, { username }: User): Promise<void> {
  const own = await claimLooks(services, username);
  if (!own) services.log.info('looks like another user', { username });
}
