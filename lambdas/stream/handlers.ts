/**
 * What `notify` does with the table's stream. Each row says which records Lambda delivers, which of them the row is for, and what happens.
 * The stack takes the filters from here, so a row cannot lack its records.
 * Filters, at most five: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
import { settleAvatar } from '../chat/avatar.ts';
import { isChange } from '../chat/change-message.ts';
import { settleExpiredUpload } from '../chat/release-files.ts';
import type { ItemChange } from '../runtime/stream-event.ts';
import { avatarClaimPrefix, isAvatarClaim, toAvatarClaim } from '../store/avatar-claim.ts';
import { conversationToCount, countRequestSortKey, isCountRequest } from '../store/count-request.ts';
import { toEntry } from '../store/entry.ts';
import { isExpiryReminder, reminderPrefix, toExpiryReminder } from '../store/expiry-reminder.ts';
import { withSortKey } from '../store/keys.ts';
import { isNotificationMarker, notificationMarkerPrefix, toNotificationMarker } from '../store/notification-marker.ts';
import { isUpload, toUpload, uploadPrefix } from '../store/upload.ts';
import { isUserItem, userSortKey } from '../store/user.ts';
import { expireConnection } from './close-connections.ts';
import { completeChange } from './complete-change.ts';
import { notifyWatchers } from './notify-watchers.ts';
import { onUserChanged, toUserChange } from './on-user-changed.ts';
import { planCount, type StreamServices } from './plan-count.ts';

export interface StreamHandler {
  /** The records that Lambda delivers for it. */
  readonly filter: { readonly [key: string]: unknown };
  readonly matches: (change: ItemChange) => boolean;
  readonly run: (services: StreamServices, change: ItemChange) => Promise<void>;
}

/** Of all items that DynamoDB deletes when they expire, one filter: Lambda has five at most. Nothing else deletes items. */
const expired = {
  eventName: ['REMOVE'],
  dynamodb: withSortKey({ prefix: reminderPrefix }, { prefix: uploadPrefix }, { prefix: avatarClaimPrefix }),
};

export const streamHandlers: readonly StreamHandler[] = [
  // The item of a user: connections came or went, or the user signed out everywhere.
  {
    filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: withSortKey(userSortKey) },
    matches: ({ keys }) => isUserItem(keys),
    run: (services, change) => onUserChanged(services, toUserChange(change)),
  },
  // The expiry reminder of a connection has come up.
  {
    filter: expired,
    matches: ({ keys }) => isExpiryReminder(keys),
    run: (services, { keys }) => expireConnection(services, toExpiryReminder(keys)),
  },
  // An upload has expired: nobody used it, its message was deleted, or the writer of its message died.
  {
    filter: expired,
    matches: ({ keys }) => isUpload(keys),
    run: (services, { before = {} }) => settleExpiredUpload(services, toUpload(before)),
  },
  // A day ago a picture of a user was stored.
  {
    filter: expired,
    matches: ({ keys }) => isAvatarClaim(keys),
    run: (services, { keys }) => settleAvatar(services, toAvatarClaim(keys)),
  },
  // A message arrived, or was deleted, in a conversation whose unread count somebody watches.
  {
    filter: { eventName: ['INSERT'], dynamodb: withSortKey({ prefix: notificationMarkerPrefix }) },
    matches: ({ keys }) => isNotificationMarker(keys),
    run: (services, { after = {} }) => notifyWatchers(services, toNotificationMarker(after)),
  },
  // Somebody joined or left a large conversation.
  {
    filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: withSortKey(countRequestSortKey) },
    matches: ({ keys }) => isCountRequest(keys),
    run: (services, { keys }) => planCount(services, conversationToCount(keys)),
  },
  // A message was edited, deleted or reacted to.
  {
    filter: { eventName: ['INSERT'], dynamodb: { NewImage: { type: { S: ['edit', 'delete', 'reaction'] } } } },
    matches: ({ after }) => after !== undefined && ['edit', 'delete', 'reaction'].includes(String(after.type)),
    async run(services, { after = {} }) {
      const entry = toEntry(after);
      if (isChange(entry)) await completeChange(services, entry);
    },
  },
];

/** What Lambda delivers: each filter once. */
export const streamFilters = [...new Set(streamHandlers.map(({ filter }) => filter))];
