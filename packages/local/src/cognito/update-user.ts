import { CognitoError, userNotFound } from './errors.ts';
import type { Pool } from './pool.ts';
import type { User } from './user.ts';

/**
 * Changes a user and its `modifiedAt`.
 * @throws CognitoError UserNotFoundException if the user was deleted meanwhile, AliasExistsException if another user has the new name
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

/** Revokes all sessions, so that the pool refuses their refresh tokens and access tokens. */
export const signOutEverywhere = (user: User): User => ({
  ...user,
  sessions: user.sessions.map((session) => ({ ...session, revoked: true })),
});
