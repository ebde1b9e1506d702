/**
 * A message arrived, or was deleted, in a conversation that somebody watches: they get their unread counts, and the new message if it is
 * visible to them.
 */
import { blocksBetween } from '../chat/blocks-between.ts';
import { inboxRow, readInbox, totalUnread } from '../chat/inbox.ts';
import { wantsNotification } from '../chat/own-settings.ts';
import { visibleTo } from '../chat/visible.ts';
import { connectionsOf, postAll } from '../delivery/post.ts';
import { toMessages } from '../delivery/render.ts';
import type { Services } from '../runtime/services.ts';
import { type DeleteEntry, getEntry, type MessageEntry } from '../store/entry.ts';
import type { Membership } from '../store/membership.ts';
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

/** Does the user get no notification of this message? They have muted the conversation, or a block stands between the two. */
async function isQuiet(
  services: Services,
  { username, settings }: Membership,
  { user: author, mentions }: MessageEntry,
): Promise<boolean> {
  if (!wantsNotification(settings, mentions?.includes(username) ?? false, services.now())) return true;
  return (await blocksBetween(services, username, [author], { consistent: false })).length > 0;
}

async function notify(services: Services, user: User, entry: MessageEntry | DeleteEntry): Promise<void> {
  const id = entry.conversation;
  const ofAll = connectionsOf([user], (scope) => scope.kind === 'notifications' && scope.conversation === 'all');
  const ofThis = connectionsOf([user], (scope) => scope.kind === 'notifications' && scope.conversation === id);
  const inbox = await readInbox(services, user.username);
  const total = totalUnread(inbox, services.now());
  const row =
    inbox.rows.find(({ state }) => state.conversation === id) ??
    (inbox.hasOlder ? await inboxRow(services, user.username, id) : undefined);
  // The user has been removed meanwhile.
  if (!row) return;
  const { unread, membership } = row;
  const isNew = entry.type === 'message' && !entry.deleted;
  const [visible] = isNew ? await visibleTo(services, membership, [entry]) : [];
  if (!visible || user.username === visible.user || (await isQuiet(services, membership, visible))) {
    // A deletion may have lowered the counts, and authors have read everything before their own message.
    await postAll(services, ofAll, { type: 'unread_count', unread_count: total });
    await postAll(services, ofThis, {
      type: 'single_conversation_unread_count',
      conversation: id,
      unread_count: unread,
    });
    return;
  }
  const [message] = await toMessages(services, [visible], user.username);
  if (!message) return;
  const mentioned = message.mentions.includes(user.username) ? (true as const) : undefined;
  const content = { conversation: id, name: message.from_user.name, message, mentioned };
  await postAll(services, ofAll, { type: 'new_message_notification', unread_count: total, ...content });
  await postAll(services, ofThis, {
    type: 'single_conversation_new_message_notification',
    unread_count: unread,
    ...content,
  });
}
