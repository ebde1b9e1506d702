/**
 * A message arrived in a conversation that somebody watches: counts after it, and the message itself, if it still is there for them. Or one
 * was deleted: counts.
 */
import { readInbox, totalUnread } from '../chat/inbox.ts';
import { visibleTo } from '../chat/visible.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type DeleteEntry, getEntry, type MessageEntry } from '../store/entry.ts';
import type { NotificationMarker } from '../store/notification-marker.ts';
import { getUsers, type User } from '../store/user.ts';

export async function notifyWatchers(
  services: Services,
  { conversation, seq, users }: NotificationMarker,
): Promise<void> {
  const [entry, watching] = await Promise.all([getEntry(services, conversation, seq), getUsers(services, users)]);
  if (entry?.type !== 'message' && entry?.type !== 'delete') return;
  await Promise.all(watching.map((user) => notify(services, user, entry)));
}

async function notify(services: Services, user: User, entry: MessageEntry | DeleteEntry): Promise<void> {
  const id = entry.conversation;
  const ofAll = connectionsOf([user], (scope) => scope.kind === 'notifications' && scope.conversation === 'all');
  const ofThis = connectionsOf([user], (scope) => scope.kind === 'notifications' && scope.conversation === id);
  const inbox = await readInbox(services, user.username);
  const total = totalUnread(inbox);
  const row = inbox.find(({ state }) => state.conversation === id);
  // Who was removed meanwhile is told nothing.
  if (!row) return;
  const here = row.unread;

  const isThere = entry.type === 'message' && !entry.deleted;
  const [seen] = isThere ? await visibleTo(services, row.membership, [entry]) : [];
  if (!seen || user.username === seen.user) {
    // Counts may have become less, by what was deleted, or because who writes has read; there is nothing to announce.
    await postAll(services, ofAll, { type: 'unread_count', unread_count: total });
    await postAll(services, ofThis, { type: 'single_conversation_unread_count', conversation: id, unread_count: here });
    return;
  }
  const [message] = await toMessages(services, [seen], user.username);
  if (!message) return;
  const mentioned = message.mentions.includes(user.username) ? ({ mentioned: true } as const) : {};
  const content = { conversation: id, name: message.from_user.name, message, ...mentioned };
  await postAll(services, ofAll, { type: 'new_message_notification', unread_count: total, ...content });
  await postAll(services, ofThis, {
    type: 'single_conversation_new_message_notification',
    unread_count: here,
    ...content,
  });
}
