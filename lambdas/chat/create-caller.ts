/** Creates the user of a token that comes before any sign-up did: of an issuer of one's own, or of an account that an operator made. */
import { ChatError } from '#protocol/errors';
import { decodeUserName } from '#protocol/names';
import type { TimedStore } from '../runtime/services.ts';
import { claimName } from '../store/name-claim.ts';
import { createUser, isOfPool, type Known } from '../store/user.ts';

/**
 * An issuer of one's own decides about its names. In the stack's pool a name must have looks of its own, also when its sign-up was never checked.
 * @throws ChatError `forbidden` when the name looks like another user's
 */
export async function createCaller(services: TimedStore, caller: Known): Promise<void> {
  const own = await claimLooks(services, caller.username);
  if (!own && isOfPool(caller)) {
    throw new ChatError(
      'forbidden',
      `the name ${caller.username} looks like another user's: sign up under another name`,
    );
  }
  await createUser(services, caller);
}

/** Claims the looks of a user who exists, or is about to. @returns false when another user has them */
export async function claimLooks(services: TimedStore, username: string): Promise<boolean> {
  // The table of confusable characters is large, and needed once in the life of a user.
  const { looksOf } = await import('./looks.ts');
  return claimName(services, { looks: looksOf(decodeUserName(username)), username }, { complete: true });
}
