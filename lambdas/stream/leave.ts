/** A socket was closed, or found to be gone. Source: PROTOCOL section 2: once per user, whatever the number of devices. */
import { parseConversation } from '#protocol/names';
import { type Scope, scopeToText } from '#protocol/scope';
import { readInbox } from '../chat/inbox.ts';
import { audienceOf } from '../chat/members.ts';
import { broadcast } from '../delivery/broadcast.ts';
import { depart } from '../delivery/depart.ts';
import type { Services } from '../runtime/services.ts';
import { getMembership } from '../store/membership.ts';
import type { Live, User } from '../store/user.ts';
import { tellPresence } from './presence.ts';

/**
 * Who is here, for those who were told, is who has a connection written down, expired or not. So the last one to be taken away is the one
 * to tell of, and whoever sees an expired one takes it away.
 */
export async function leave(services: Services, { is, device }: { is: User; device: Live }): Promise<void> {
  const { scope } = device;
  const expired = is.live.filter(({ expires }) => expires <= services.now());
  await Promise.all(expired.map((other) => depart(services, { username: is.username, ...other }, other.expires)));
  if (scope.kind === 'notifications' || hasAnother(is, scope)) return;
  if (scope.kind === 'user') await tellPresence(services, is, await readInbox(services, is.username));
  else await tellLeft(services, is, scope.conversation);
}

/** A connection of the same kind, to the same conversation. */
function hasAnother({ live }: User, scope: Scope): boolean {
  return live.some((other) => scopeToText(other.scope) === scopeToText(scope));
}

async function tellLeft(services: Services, is: User, id: string): Promise<void> {
  const conversation = parseConversation(id);
  // Whom the user has blocked did not hear of their coming either.
  const isDirect = conversation.kind === 'direct';
  if (isDirect && (await getMembership(services, is.username, id))?.blocks) return;
  const audience = await audienceOf(services, conversation, { served: [] });
  const event = { type: 'user_leave', conversation: id, user: is.username } as const;
  await broadcast(services, audience, event, { except: [is.username] });
}
