/** A user hides whether they are online, or shows it again: to the others they go, or come. */
import { parseConversation } from '#protocol/names';
import { readInbox } from '../chat/inbox.ts';
import { listMembers, recipientsOf } from '../chat/members.ts';
import { whoSees } from '../chat/presence-seen.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { getMembership } from '../store/membership.ts';
import { getUsers, openConnectionsOf, type User } from '../store/user.ts';
import { broadcastPresence, presenceContacts } from './presence.ts';

export async function onPresenceHidden(services: Services, user: User): Promise<void> {
  const open = openConnectionsOf(user, services.now());
  // Whoever is offline is so to everybody; when they were last seen is told with the next list.
  if (open.length === 0) return;
  const contacts = presenceContacts(user.username, (await readInbox(services, user.username)).rows);
  const known = await getUsers(services, contacts);
  // Those who saw the user until now, or will see them from now on.
  const shown = { ...user, hidesPresence: false };
  if (user.hidesPresence) {
    const recipients = connectionsOf(await whoSees(services, shown, known), (scope) => scope.kind === 'user');
    await postAll(services, recipients, { type: 'presence', user: user.username, online: false, last_seen: null });
  } else {
    await broadcastPresence(services, user, contacts, known);
  }
  const entered = open.flatMap(({ scope }) => (scope.kind === 'conversation' ? [scope.conversation] : []));
  await Promise.all([...new Set(entered)].map((id) => tellMembers(services, shown, id, user.hidesPresence)));
}

/** In a large conversation nobody is told who comes and goes. */
async function tellMembers(services: Services, user: User, id: string, hidden: boolean): Promise<void> {
  const conversation = parseConversation(id);
  const [members, membership] = await Promise.all([
    listMembers(services, conversation),
    getMembership(services, user.username, id),
  ]);
  if (!members.complete || !membership || membership.blocks) return;
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [], members });
  const users = await whoSees(services, user, recipients.users);
  const type = hidden ? 'user_leave' : 'user_join';
  const event = { type, conversation: id, user: user.username } as const;
  await broadcast(services, { ...recipients, users }, event, { exclude: [user.username] });
}
