/**
 * What a restore (bin/restore.ts) brings back of an earlier table. No function deletes items: DynamoDB alone does, when their `expires` has come.
 * So an item that is missing, and had not to expire, was lost.
 */

import { avatarKey, keyOf } from './bucket.ts';
import { conversationStateKey, toConversationState } from './conversation-state.ts';
import { countRequestSortKey } from './count-request.ts';
import type { Item } from './item.ts';
import { conversationOf, usernameOf } from './keys.ts';
import { notificationMarkerPrefix } from './notification-marker.ts';
import { pushDeviceSortKey } from './push-device.ts';
import { isUpload, isUsed, toUpload, uploadPrefix } from './upload.ts';
import { toUser, userSortKey } from './user.ts';

/**
 * `state`: a conversation's state, which also replaces one that was begun anew. `later`: a change of a message, or a file of one, for which the
 * message has to be there. `never`: it would have expired, asks for work that is over, or is registered again by whom it belongs to.
 */
export type RestoredKind = 'state' | 'user' | 'message' | 'later' | 'other' | 'never';

const stateSortKey = conversationStateKey('').sk;

/** The types of entries that change others. */
const changing = ['edit', 'delete', 'reaction', 'erase'];

/** @param now ms */
export function restoredKind({ pk, sk, type, expires }: Item, now: number): RestoredKind {
  const sort = String(sk);
  if (typeof expires === 'number' && expires * 1_000 <= now) return 'never';
  if (sort.startsWith(notificationMarkerPrefix) || sort === countRequestSortKey || sort === pushDeviceSortKey)
    return 'never';
  if (sort === userSortKey) return 'user';
  if (sort === stateSortKey) return 'state';
  if (sort.startsWith(uploadPrefix) || (String(pk).startsWith('LOG#') && changing.includes(String(type))))
    return 'later';
  return type === 'message' ? 'message' : 'other';
}

/** A number of the log that a reader has closed, because it had no entry. */
export function isSealed({ type }: Item): boolean {
  return type === 'sealed';
}

/** Whose item it is; undefined for items of conversations. */
export function ownerOf({ pk }: Item): string | undefined {
  return String(pk).startsWith('USER#') ? usernameOf(pk) : undefined;
}

export function conversationOfState({ pk }: Item): string {
  return conversationOf(pk);
}

/** What the second pass of a restore reads: the items of kind `later`. */
export const laterFilter = {
  FilterExpression: 'begins_with(sk, :upload) OR #type IN (:edit, :delete, :reaction, :erase)',
  ExpressionAttributeNames: { '#type': 'type' },
  ExpressionAttributeValues: {
    ':upload': { S: uploadPrefix },
    ...Object.fromEntries(changing.map((type) => [`:${type}`, { S: type }])),
  },
};

/** Where files are shown: uploads, and users, groups and rooms with their pictures. */
export const showsFilesFilter = {
  FilterExpression:
    'begins_with(sk, :upload) OR (sk = :user AND attribute_exists(avatar)) OR (sk = :state AND attribute_exists(picture))',
  ExpressionAttributeValues: {
    ':upload': { S: uploadPrefix },
    ':user': { S: userSortKey },
    ':state': { S: stateSortKey },
  },
};

/** The keys of the files that such an item shows. */
export function shownFiles(item: Item): string[] {
  if (isUpload(item)) {
    const upload = toUpload(item);
    return isUsed(upload) ? [keyOf(upload)] : [];
  }
  const picture = item.sk === userSortKey ? toUser(item).avatar?.id : toConversationState(item).picture;
  return picture === undefined ? [] : [avatarKey(picture)];
}

/** The users. */
export const usersFilter = {
  FilterExpression: 'sk = :user',
  ExpressionAttributeValues: { ':user': { S: userSortKey } },
};
