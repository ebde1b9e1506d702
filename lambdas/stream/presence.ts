import { limits } from '#protocol/limits';
import { parseConversation } from '#protocol/names';
import type { InboxRow } from '../chat/inbox.ts';
import { lastSeenAt } from '../chat/presence-of.ts';
import { whoSees } from '../chat/presence-seen.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { toTime } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { openConnectionsOf, type User } from '../store/user.ts';

/** The users who hear whether this user is online: their contacts in the 200 direct conversations that were active last, without blocked ones. */
export function presenceContacts(username: string, inbox: readonly InboxRow[]): string[] {
  return inbox
    .filter(({ membership }) => !membership.blocks)
    .map(({ state }) => parseConversation(state.conversation))
    .flatMap((conversation) =>
      conversation.kind === 'direct' && 'members' in conversation ? conversation.members : [],
    )
    .filter((name) => name !== username)
    .slice(0, limits.presenceContacts);
}

/** Tells those of these contacts who may see it whether the user is online. @param known the contacts, among others */
export async function broadcastPresence(
  services: Services,
  user: User,
  contacts: readonly string[],
  known: readonly User[],
): Promise<void> {
  const recipients = await whoSees(
    services,
    user,
    known.filter(({ username }) => contacts.includes(username)),
  );
  const now = services.now();
  const online = openConnectionsOf(user, now).length > 0;
  const lastSeen = online ? undefined : lastSeenAt(user);
  await postAll(
    services,
    connectionsOf(recipients, (scope) => scope.kind === 'user'),
    { type: 'presence', user: user.username, online, last_seen: lastSeen === undefined ? null : toTime(lastSeen) },
  );
}
