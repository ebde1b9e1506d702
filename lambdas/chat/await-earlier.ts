/**
 * The order of what one client sends. API Gateway invokes a function for each frame at once, whatever came before it on the same socket, so
 * frames that are sent together get their numbers in any order. A frame that names the one before waits until that one has its number. Frames
 * that name none wait for nothing, and pay nothing.
 */
import { ChatError } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import type { Services } from '../runtime/services.ts';
import { hashClientId } from '../store/idempotency-window.ts';
import { getMembership } from '../store/membership.ts';
import { hasSent } from '../store/named-sends.ts';
import type { Caller } from './require-membership.ts';
import { owe } from './user-limits.ts';

/** ms between two looks; the first ones come sooner. */
const lookMs = 50;
const firstLooksMs = [10, 20, 30];
/** ms; well below the function's timeout, however long a look takes */
const waitMs = 5_000;
/** Frames that waiting in vain costs: a function has run for as long as hundreds of them take. */
const vainWait = 25;

/**
 * Returns when the caller's send with the `client_id` `after` has its number, or when the send itself has one already. One read unit a look.
 * @throws ChatError `conflict` when that does not happen within five seconds
 */
export async function awaitEarlier(
  services: Pick<Services, 'table' | 'now' | 'pause'>,
  conversation: Conversation,
  { username }: Caller,
  { after, clientId }: { readonly after: string; readonly clientId: string },
): Promise<void> {
  const ids = [after, clientId];
  const end = services.now() + waitMs;
  for (let look = 0; services.now() < end; look++) {
    if (await isSent(services, conversation, username, ids)) return;
    await services.pause(firstLooksMs[look] ?? lookMs);
  }
  owe(services, username, 'frames', vainWait);
  owe(services, username, 'requests', vainWait);
  const reason = `the message before it, with the client_id ${JSON.stringify(after)}, has not come: send that one again, then this one`;
  throw new ChatError('conflict', reason, { retryAfter: 1 });
}

async function isSent(
  services: Pick<Services, 'table'>,
  conversation: Conversation,
  username: string,
  ids: readonly string[],
): Promise<boolean> {
  if ('members' in conversation) return hasSent(services, conversation, username, ids);
  const membership = await getMembership(services, username, conversation.id);
  return ids.some((id) => membership?.recentSends.has(hashClientId(id)));
}
