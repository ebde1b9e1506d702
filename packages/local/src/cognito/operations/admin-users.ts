import { z } from 'zod';
import { attributeList, readAttributes, requireMutable } from '#cognito/attributes';
import { changeAttributes, removeAttributes } from '#cognito/change-attributes';
import { userNotFound } from '#cognito/errors';
import { adminOperation } from '#cognito/operation';
import { findUser, type Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { signOutEverywhere, updateUser } from '#cognito/update-user';
import type { User } from '#cognito/user';
import { requireUnconfirmed, runPostConfirmation } from './confirm-sign-up.ts';

const oneUser = z.object({ UserPoolId: shape.userPoolId, Username: shape.username });

/** @throws CognitoError UserNotFoundException */
export function requireUser(pool: Pool, name: string): User {
  const user = findUser(pool, name);
  if (!user) throw userNotFound();
  return user;
}

/** The common fields of the responses about users. Times are in seconds. */
export const describeUser = (user: User) => ({
  Username: user.username,
  UserCreateDate: user.createdAt / 1000,
  UserLastModifiedDate: user.modifiedAt / 1000,
  Enabled: user.enabled,
  UserStatus: user.status,
});

export const adminGetUser = adminOperation(oneUser, async (pool, request) => {
  const user = requireUser(pool, request.Username);
  return { ...describeUser(user), UserAttributes: attributeList(user.sub, user.attributes) };
});

/** Confirms without a code, and does not verify an email address or phone number. */
export const adminConfirmSignUp = adminOperation(
  oneUser.extend({ ClientMetadata: shape.metadata }),
  async (pool, request) => {
    const user = await updateUser(pool, requireUser(pool, request.Username).sub, (current) => {
      requireUnconfirmed(current);
      return { ...current, status: 'CONFIRMED', codes: { ...current.codes, confirm: undefined } };
    });
    await runPostConfirmation(pool, user, 'CLIENT_ID_NOT_APPLICABLE', request.ClientMetadata);
    return {};
  },
);

export const adminUpdateUserAttributes = adminOperation(
  oneUser.extend({ UserAttributes: shape.attributes }),
  async (pool, request) => {
    const given = readAttributes(request.UserAttributes, pool.settings);
    requireMutable(given, pool.settings);
    await changeAttributes(pool, requireUser(pool, request.Username), given);
    return {};
  },
);

export const adminDeleteUserAttributes = adminOperation(
  oneUser.extend({ UserAttributeNames: z.array(z.string()) }),
  async (pool, request) => {
    const { sub } = requireUser(pool, request.Username);
    const given = request.UserAttributeNames.map((Name) => ({ Name }));
    await removeAttributes(pool, sub, readAttributes(given, pool.settings));
    return {};
  },
);

export const adminUserGlobalSignOut = adminOperation(oneUser, async (pool, request) => {
  await updateUser(pool, requireUser(pool, request.Username).sub, signOutEverywhere);
  return {};
});

export const adminDeleteUser = adminOperation(oneUser, async (pool, request) => {
  await pool.users.remove(requireUser(pool, request.Username).sub);
  return {};
});

const onUser = (change: (user: User) => User) =>
  adminOperation(oneUser, async (pool, request) => {
    await updateUser(pool, requireUser(pool, request.Username).sub, change);
    return {};
  });

/** Also ends the sessions: a disabled user's tokens are no longer good. */
export const adminDisableUser = onUser((user) => ({ ...signOutEverywhere(user), enabled: false }));

export const adminEnableUser = onUser((user) => ({ ...user, enabled: true }));
