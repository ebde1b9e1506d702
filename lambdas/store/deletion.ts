/**
 * What is left of a user who has deleted their account: their item (user.ts) without name and picture, so that nobody gets the user name again.
 * No search finds them. Their tokens and connections from before are worth nothing, as when they sign out everywhere.
 */
import type { TimedStore } from '../runtime/services.ts';
import { type AccountJob, beginJobUpdate } from './account-job.ts';
import { updateTogether } from './item.ts';
import { accountListing, accountListingKey, usernameListingKey } from './people-index.ts';
import { userKey } from './user.ts';

const unlist = 'REMOVE listed_in, listed_as';

/**
 * Marks the user as deleted, and begins the job that removes the rest, in one transaction.
 * @param over ms; tokens that were issued before are refused
 * @returns `false` when the user was deleted before, or does not exist
 */
export async function markDeleted(
  services: TimedStore,
  username: string,
  over: number,
  progress: AccountJob['progress'],
): Promise<boolean> {
  return updateTogether(services.table, [
    {
      Key: userKey(username),
      UpdateExpression: 'SET deleted = :now, signed_out = :over REMOVE #name, avatar, listed_in, listed_as',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(deleted)',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: { ':now': services.now(), ':over': over },
    },
    { Key: usernameListingKey(username), UpdateExpression: unlist },
    ...(accountListing(username) ? [{ Key: accountListingKey(username), UpdateExpression: unlist }] : []),
    beginJobUpdate(services, { username, kind: 'deletion', progress }),
  ]);
}
