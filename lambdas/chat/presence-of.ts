import { toTime } from '../delivery/render.ts';
import { openConnectionsOf, type User } from '../store/user.ts';

/** Whether a user is online, and if not, when they were last seen. A viewer whom they have blocked sees neither. */
export function presenceOf(user: User | undefined, now: number, blocksViewer: boolean) {
  if (!user || user.deletedAt !== undefined || blocksViewer || user.concealed)
    return { online: false, last_seen: null };
  const online = openConnectionsOf(user, now).length > 0;
  const lastSeen = online ? undefined : lastSeenAt(user);
  return { online, last_seen: lastSeen === undefined ? null : toTime(lastSeen) };
}

/** ms; when an offline user was last seen. A connection whose end was not noticed counts until it expired. */
export function lastSeenAt({ connections, lastSeen = 0 }: User): number | undefined {
  return Math.max(lastSeen, ...connections.map(({ expires }) => expires)) || undefined;
}
