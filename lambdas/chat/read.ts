/** Moving a reader's cursor. One write, or none when the cursor already was there; unread counts follow from it by themselves. */
import { unable } from '#protocol/errors';
import type { Conversation } from '#protocol/names';
import { broadcast } from '../delivery/broadcast.ts';
import { devicesOf, postAll } from '../delivery/post.ts';
import type { Services } from '../runtime/services.ts';
import { moveCursor } from '../store/cursor.ts';
import { getHead, type Head } from '../store/head.ts';
import type { User } from '../store/user.ts';
import { enter, type Speaker } from './enter.ts';
import { readInbox, totalUnread } from './inbox.ts';
import { cursorAt } from './log.ts';
import { audienceOf } from './members.ts';
import { unreadOf } from './unread.ts';

/**
 * Everything up to `upTo` (default: all) is read. Tells the members, and the reader's own sockets the fresh counts.
 * @returns the cursor and what is still unread in the conversation
 * @throws ChatError `invalid_frame` for a number beyond the log, `forbidden`, `unknown_user`
 */
export async function markRead(
  services: Services,
  conversation: Conversation,
  speaker: Speaker,
  upTo?: number | null,
): Promise<{ up_to: number; unread_count: number }> {
  const membership = await enter(services, conversation, speaker, { join: false });
  const head = await getHead(services, conversation.id);
  refuseBeyond(head, upTo, 'read');
  const asked = await cursorAt(services, head, upTo ?? head.seq);
  const read = asked.seq > membership.read.seq ? asked : membership.read;

  const moved = asked.seq > membership.read.seq && (await moveCursor(services, membership, asked));
  const audience = await audienceOf(services, conversation, { served: [speaker.username], head });
  const { id } = conversation;
  const event = { type: 'messages_read', conversation: id, user: speaker.username, up_to: read.seq } as const;
  if (moved) await broadcast(services, audience, event);
  const unread = await unreadOf(services, head, { ...membership, read });
  const reader = audience.users.filter(({ username }) => username === speaker.username);
  await tellCounts(services, id, reader, unread);
  return { up_to: read.seq, unread_count: unread };
}

/** @throws ChatError `invalid_frame` for a number that no entry has yet */
export function refuseBeyond(head: Head, seq: number | null | undefined, doWhat: 'read' | 'clear'): void {
  if ((seq ?? 0) <= head.seq) return;
  const why = `${head.conversation} ends at ${head.seq}: up_to is the seq of a message`;
  throw unable('invalid_frame', `${doWhat} up to ${seq}`, why);
}

/** The reader's own counts; the total, which takes reading their inbox, only when one of their sockets shows it. */
export async function tellCounts(
  services: Services,
  conversation: string,
  reader: readonly User[],
  unread: number,
): Promise<void> {
  const now = services.now();
  const totals = devicesOf(
    reader,
    now,
    (scope) => scope.kind === 'user' || (scope.kind === 'notifications' && scope.conversation === 'all'),
  );
  const singles = devicesOf(
    reader,
    now,
    (scope) => scope.kind === 'notifications' && scope.conversation === conversation,
  );
  await postAll(services, singles, { type: 'single_conversation_unread_count', conversation, unread_count: unread });
  const [anyone] = totals;
  if (!anyone) return;
  const total = totalUnread(await readInbox(services, anyone.username));
  await postAll(services, totals, { type: 'unread_count', unread_count: total });
}
