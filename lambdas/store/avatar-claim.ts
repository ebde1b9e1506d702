/**
 * A picture that is being stored for a user. DynamoDB deletes this item some time after its day; the stream then deletes the picture, if the
 * user does not show it: its writer has died, or was overtaken.
 *
 * key    pk `USER#<user>`, sk `AVATAR#<id>`.
 * holds  `expires` (s): a day.
 * write  Before the picture. Only DynamoDB deletes it.
 */
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, type Item, putItem, ttl } from './item.ts';
import { usernameOf, userPartition } from './keys.ts';

/** The stream's filter recognises these items by it. */
export const avatarClaimPrefix = 'AVATAR#';

export interface AvatarClaim {
  readonly username: string;
  /** The picture's id. */
  readonly id: string;
}

export async function putAvatarClaim({ table, now }: TimedStore, { username, id }: AvatarClaim): Promise<void> {
  await putItem(table, {
    pk: userPartition(username),
    sk: avatarClaimPrefix + id,
    expires: ttl(now(), daySeconds),
  });
}

export function isAvatarClaim({ sk }: Item): boolean {
  return String(sk).startsWith(avatarClaimPrefix);
}

export function toAvatarClaim({ pk, sk }: Item): AvatarClaim {
  return { username: usernameOf(pk), id: String(sk).slice(avatarClaimPrefix.length) };
}
