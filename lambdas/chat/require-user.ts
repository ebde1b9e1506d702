/** Whether a token may still act for the user whom it names: a user name is not a person. docs/decisions/0043-a-name-is-not-a-person.md */
import { ChatError } from '#protocol/errors';
import type { TimedStore } from '../runtime/services.ts';
import { claimUser, getUser, isBeforeSignOut, type Known, renewListings, type User } from '../store/user.ts';
import { createCaller } from './create-caller.ts';

/**
 * The user of a token, created at first sight: identity providers of one's own have no sign-up trigger. A user from before becomes the
 * token's own. Costs half a read unit, and writes at first sight only.
 * @param issued ms; when the token was issued
 * @param options.afterDeletion a deleted user's tokens may ask for it, too: all of them are from before they were signed out
 * @throws ChatError `forbidden` when the user is another person's; `unauthenticated` when they are deleted or have signed out since
 */
export async function requireUser(
  services: TimedStore,
  caller: Known,
  issued: number,
  { afterDeletion = false }: { readonly afterDeletion?: boolean | undefined } = {},
): Promise<User> {
  const user = (await getUser(services, caller.username)) ?? (await createAndGet(services, caller));
  const owned = user.owner || user.deletedAt !== undefined ? user : ((await claimUser(services, caller)) ?? user);
  if (owned.deletedAt !== undefined && afterDeletion) {
    assertOwn(owned, caller);
    return owned;
  }
  assertMayAct(owned, caller, issued);
  await renewListings(services, owned);
  return owned;
}

async function createAndGet(services: TimedStore, caller: Known): Promise<User> {
  await createCaller(services, caller);
  const user = await getUser(services, caller.username, { consistent: true });
  if (user) return user;
  throw new Error(`unable to answer ${caller.username}; the user was created and is not there`);
}

/**
 * @param issued ms; when the token was issued
 * @throws ChatError `forbidden` when the user is another person's; `unauthenticated` when they are deleted or have signed out since
 */
export function assertMayAct(user: User, caller: Known, issued: number): void {
  if (user.deletedAt !== undefined) {
    throw new ChatError('unauthenticated', 'this account was deleted: GET /me/deletion says how far that is');
  }
  assertOwn(user, caller);
  if (isBeforeSignOut(user.signedOutAt, issued)) {
    throw new ChatError('unauthenticated', 'you have signed out everywhere since: sign in again');
  }
}

function assertOwn(user: User, { issuer, sub }: Known): void {
  if (user.owner && (user.owner.issuer !== issuer || user.owner.sub !== sub)) {
    throw new ChatError(
      'forbidden',
      `the name ${user.username} belongs to another account than yours: sign in with that account, or sign up under another name`,
    );
  }
}
