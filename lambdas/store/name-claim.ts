/**
 * A claim on the looks of a name: only one user may look like that.
 *
 * key    pk `NAME#<looks>`, sk `NAME`. The looks are the skeleton of chat/looks.ts.
 * holds  `user`: the user name. `expires` (s): only until the account is confirmed.
 * write  By the sign-up, before the account is made, and completed when it is confirmed. A user from before gets it with the first token.
 * ends   Never, once complete: the names of deleted users stay theirs.
 */
import { limits } from '#protocol/limits';
import type { TimedStore } from '../runtime/services.ts';
import { daySeconds, putItemIf, ttl } from './item.ts';
import type { Key } from './keys.ts';

function nameKey(looks: string): Key {
  return { pk: `NAME#${looks}`, sk: 'NAME' };
}

/**
 * @param options.complete for good; otherwise for as many days as somebody may take to confirm the account
 * @returns false, and nothing is written, when another user has it
 */
export async function claimName(
  { table, now }: TimedStore,
  { looks, username }: { readonly looks: string; readonly username: string },
  { complete }: { readonly complete: boolean },
): Promise<boolean> {
  const { ok } = await putItemIf(table, {
    Item: {
      ...nameKey(looks),
      user: username,
      expires: complete ? undefined : ttl(now(), limits.confirmationDays * daySeconds),
    },
    // DynamoDB deletes expired items some time later.
    ConditionExpression: 'attribute_not_exists(pk) OR #user = :user OR expires < :now',
    ExpressionAttributeNames: { '#user': 'user' },
    ExpressionAttributeValues: { ':user': username, ':now': Math.floor(now() / 1_000) },
  });
  return ok;
}
