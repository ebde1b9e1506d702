/** A connection ended. Others hear of it once per user, however many connections the user had. Source: docs/protocol.md, section 2. */
import { parseConversation } from '#protocol/names';
import { type Scope, scopeToText } from '#protocol/scope';
import { readInbox } from '../chat/inbox.ts';
import { listMembers, recipientsOf } from '../chat/members.ts';
import { whoSees } from '../chat/presence-seen.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { endConnection } from '../delivery/end-connection.ts';
import { getMembership } from '../store/membership.ts';
import { type Connection, getUsers, type User } from '../store/user.ts';
import { planCount, planCounts, type StreamServices } from './plan-count.ts';
import { broadcastPresence, presenceContacts } from './presence.ts';

/**
 * A user counts as online while the table has a connection of theirs, expired or not. So others hear of it when the last one is removed,
 * and expired ones are removed here too.
 */
export async function onDisconnected(services: StreamServices, user: User, connection: Connection): Promise<void> {
  const { scope } = connection;
  const expired = user.connections.filter(({ expires }) => expires <= services.now());
  await Promise.all(expired.map((other) => endConnection(services, other, other.expires)));
  if (scope.kind === 'notifications' || hasAnother(user, scope)) return;
  if (scope.kind === 'conversation') return broadcastLeave(services, user, scope.conversation);
  const { rows: inbox } = await readInbox(services, user.username);
  const contacts = presenceContacts(user.username, inbox);
  await broadcastPresence(services, user, contacts, await getUsers(services, contacts));
  await planCounts(services, inbox);
}

/** Has the user another connection with the same scope? */
function hasAnother({ connections }: User, scope: Scope): boolean {
  return connections.some((other) => scopeToText(other.scope) === scopeToText(scope));
}

/** In a large conversation nobody hears who has left: the number of people online is counted again. */
async function broadcastLeave(services: StreamServices, user: User, id: string): Promise<void> {
  const conversation = parseConversation(id);
  // People whom the user has blocked did not hear of the join either.
  const isDirect = conversation.kind === 'direct';
  if (isDirect && (await getMembership(services, user.username, id))?.blocks) return;
  const members = await listMembers(services, conversation);
  if (!members.complete) return planCount(services, id);
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [], members });
  const event = { type: 'user_leave', conversation: id, user: user.username } as const;
  const users = await whoSees(services, user, recipients.users);
  await broadcast(services, { ...recipients, users }, event, { exclude: [user.username] });
}
