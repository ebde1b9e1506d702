/** Deleting for oneself: the others still see it. Nothing of the log changes, so nobody else is told. */
import type { ServerEvent } from '#protocol/events';
import type { Conversation } from '#protocol/names';
import { receives } from '#protocol/scope';
import { type Device, devicesOf, postAll, withRequester } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { clearUpTo, noteHidden } from '../store/cursor.ts';
import { getHead } from '../store/head.ts';
import { addHidden } from '../store/hidden.ts';
import { getUsers, type User } from '../store/user.ts';
import { findTarget, type Target } from './change.ts';
import { enter, type Speaker } from './enter.ts';
import { cursorAt } from './log.ts';
import { markRead, refuseBeyond, tellCounts } from './read.ts';
import { unreadOf } from './unread.ts';

/**
 * One message, whoever wrote it. It counts as read, and all before it.
 * @throws ChatError `not_found`, `invalid_frame`, `forbidden`
 */
export async function hideMessage(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  target: Target,
  requester?: Device,
): Promise<{ seq: number }> {
  const membership = await enter(services, conversation, speaker, { join: false });
  const { seq } = await findTarget(services, conversation.id, target, 'delete the message for yourself');
  await addHidden(services, speaker.username, conversation.id, seq);
  // In this order: what is hidden counts once the membership says so.
  await noteHidden(services, membership, seq);
  if (seq > membership.read.seq) await markRead(services, conversation, speaker, seq);
  const users = await getUsers(services, [speaker.username]);
  await tellOwn(services, users, { type: 'message_hidden', conversation: conversation.id, seq }, requester);
  return { seq };
}

/**
 * Everything up to a number, or all of it. Who clears what they have not read is told to nobody as having read it.
 * @throws ChatError `invalid_frame` for a number beyond the log, `forbidden`
 */
export async function clearHistory(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  upTo?: number | null,
  requester?: Device,
): Promise<{ up_to: number; unread_count: number }> {
  const membership = await enter(services, conversation, speaker, { join: false });
  const head = await getHead(services, conversation.id);
  refuseBeyond(head, upTo, 'clear');
  // Cleared is also what holds no message, up to the number that was named.
  const asked = { seq: upTo ?? head.seq, count: (await cursorAt(services, head, upTo ?? head.seq)).count };
  const cleared = asked.seq > membership.cleared.seq ? asked : membership.cleared;
  const isNew = asked.seq > membership.cleared.seq && (await clearUpTo(services, membership, asked));
  const unread = await unreadOf(services, head, { ...membership, cleared });
  const users = await getUsers(services, [speaker.username]);
  const event = { type: 'history_cleared', conversation: conversation.id, up_to: cleared.seq } as const;
  if (isNew) await tellOwn(services, users, event, requester);
  await tellCounts(services, conversation.id, users, unread);
  return { up_to: cleared.seq, unread_count: unread };
}

async function tellOwn(
  services: Services,
  users: readonly User[],
  event: Extract<ServerEvent, { type: 'message_hidden' | 'history_cleared' }>,
  requester: Device | undefined,
): Promise<void> {
  const devices = devicesOf(users, services.now(), (scope) => receives(scope, event.conversation));
  await postAll(services, withRequester(devices, requester), event);
}
