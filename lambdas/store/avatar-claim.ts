/**
 * A picture that is being stored or replaced. DynamoDB deletes this item some time after its day; the stream then deletes the picture, if the
 * user or conversation does not show it: its writer has died, or was overtaken.
 *
 * key    pk `USER#<user>` or, of a group or room, `CONV#<conversation>`; sk `AVATAR#<id>`.
 * holds  `expires` (s): a day.
 * write  Before the picture; of a group or room also together with the change that takes it away. Only DynamoDB deletes it.
 */
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, type Item, type ItemUpdate, ttl, updateItem } from './item.ts';
import { conversationOf, conversationPartition, type Key, usernameOf, userPartition } from './keys.ts';

/** The stream's filter recognises these items by it. */
export const avatarClaimPrefix = 'AVATAR#';

/** Who shows a picture. */
export type Portrayed = { readonly username: string } | { readonly conversation: string };

export interface AvatarClaim {
  readonly of: Portrayed;
  /** The picture's id. */
  readonly id: string;
}

function claimKey({ of, id }: AvatarClaim): Key {
  const pk = 'username' in of ? userPartition(of.username) : conversationPartition(of.conversation);
  return { pk, sk: avatarClaimPrefix + id };
}

export async function putAvatarClaim(services: TimedStore, claim: AvatarClaim): Promise<void> {
  await updateItem(services.table, avatarClaimUpdate(services, claim));
}

/** The same as part of a transaction. */
export function avatarClaimUpdate({ now }: Pick<TimedStore, 'now'>, claim: AvatarClaim): ItemUpdate {
  return {
    Key: claimKey(claim),
    UpdateExpression: 'SET expires = :expires',
    ExpressionAttributeValues: { ':expires': ttl(now(), daySeconds) },
  };
}

export function isAvatarClaim({ sk }: Item): boolean {
  return String(sk).startsWith(avatarClaimPrefix);
}

export function toAvatarClaim({ pk, sk }: Item): AvatarClaim {
  const isUser = String(pk).startsWith(userPartition(''));
  const of = isUser ? { username: usernameOf(pk) } : { conversation: conversationOf(pk) };
  return { of, id: String(sk).slice(avatarClaimPrefix.length) };
}
