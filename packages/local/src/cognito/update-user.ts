import { CognitoError, userNotFound } from './errors.ts';
import type { Pool } from './pool.ts';
import type { User } from './user.ts';

/**
 * Changes a user who was there a moment ago.
 * @throws CognitoError UserNotFoundException when somebody deleted the user meanwhile, AliasExistsException when the change would give the
 * user a name that another one has
 */
export async function updateUser(pool: Pool, sub: string, change: (user: User) => User): Promise<User> {
  const result = await pool.users.update(sub, (user) => {
    const changed = change(user);
    return changed === user ? user : { ...changed, modifiedAt: pool.clock.now() };
  });
  if (!result) throw userNotFound();
  if ('taken' in result) {
    const kind = result.taken.includes('@') ? 'email' : 'phone_number';
    throw new CognitoError('AliasExistsException', `An account with the ${kind} already exists.`);
  }
  return result;
}

/** Ends all sessions: their refresh tokens are refused, and their access tokens by every operation of the pool. */
export const signOutEverywhere = (user: User): User => ({
  ...user,
  sessions: user.sessions.map((session) => ({ ...session, revoked: true })),
});
