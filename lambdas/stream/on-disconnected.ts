/** A socket was closed, or found to be gone. Source: PROTOCOL section 2: once per user, whatever the number of connections. */
import { parseConversation } from '#protocol/names';
import { type Scope, scopeToText } from '#protocol/scope';
import { readInbox } from '../chat/inbox.ts';
import { recipientsOf } from '../chat/members.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { endConnection } from '../delivery/end-connection.ts';
import type { Services } from '../runtime/services.ts';
import { getMembership } from '../store/membership.ts';
import type { Connection, User } from '../store/user.ts';
import { broadcastPresence } from './presence.ts';

/**
 * Who is here, for those who were told, is who has a connection written down, expired or not. So the last one to be taken away is the one
 * to tell of, and whoever sees an expired one takes it away.
 */
export async function onDisconnected(services: Services, user: User, connection: Connection): Promise<void> {
  const { scope } = connection;
  const expired = user.connections.filter(({ expires }) => expires <= services.now());
  await Promise.all(expired.map((other) => endConnection(services, other, other.expires)));
  if (scope.kind === 'notifications' || hasAnother(user, scope)) return;
  if (scope.kind === 'user') await broadcastPresence(services, user, await readInbox(services, user.username));
  else await broadcastLeave(services, user, scope.conversation);
}

/** A connection of the same kind, to the same conversation. */
function hasAnother({ connections }: User, scope: Scope): boolean {
  return connections.some((other) => scopeToText(other.scope) === scopeToText(scope));
}

async function broadcastLeave(services: Services, user: User, id: string): Promise<void> {
  const conversation = parseConversation(id);
  // Whom the user has blocked did not hear of their coming either.
  const isDirect = conversation.kind === 'direct';
  if (isDirect && (await getMembership(services, user.username, id))?.blocks) return;
  const recipients = await recipientsOf(services, conversation, { alwaysInclude: [] });
  const event = { type: 'user_leave', conversation: id, user: user.username } as const;
  await broadcast(services, recipients, event, { exclude: [user.username] });
}
