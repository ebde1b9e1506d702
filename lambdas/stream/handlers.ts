/**
 * What `notify` does with the table's stream. Each row says which records Lambda delivers, which of them the row is for, and what happens.
 * The stack takes the filters from here, so a row cannot lack its records.
 * Filters, at most five: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
import { isChange } from '../chat/change-message.ts';
import type { ItemChange } from '../runtime/stream-event.ts';
import { conversationToCount, countRequestSortKey, isCountRequest } from '../store/count-request.ts';
import { toEntry } from '../store/entry.ts';
import { isExpiryReminder, reminderPrefix, toExpiryReminder } from '../store/expiry-reminder.ts';
import { withSortKey } from '../store/keys.ts';
import { isNotificationMarker, notificationMarkerPrefix, toNotificationMarker } from '../store/notification-marker.ts';
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

export const streamHandlers: readonly StreamHandler[] = [
  // The item of a user: connections came or went, or the user signed out everywhere.
  {
    filter: { eventName: ['INSERT', 'MODIFY'], dynamodb: withSortKey(userSortKey) },
    matches: ({ keys }) => isUserItem(keys),
    run: (services, change) => onUserChanged(services, toUserChange(change)),
  },
  // DynamoDB deleted the expiry reminder of a connection. Nothing else deletes one.
  {
    filter: { eventName: ['REMOVE'], dynamodb: withSortKey({ prefix: reminderPrefix }) },
    matches: ({ keys }) => isExpiryReminder(keys),
    run: (services, { keys }) => expireConnection(services, toExpiryReminder(keys)),
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
