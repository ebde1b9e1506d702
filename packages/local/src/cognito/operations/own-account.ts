import { z } from 'zod';
import { attributeList, readableAttributes } from '#cognito/attributes';
import { userOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';
import { signOutEverywhere, updateUser } from '#cognito/update-user';

const input = z.object({ AccessToken: shape.accessToken });

export const getUser = userOperation(input, async ({ user, client }) => ({
  Username: user.username,
  UserAttributes: attributeList(user.sub, readableAttributes(user.attributes, client)),
}));

export const globalSignOut = userOperation(input, async ({ pool, user }) => {
  await updateUser(pool, user.sub, signOutEverywhere);
  return {};
});

export const deleteUser = userOperation(input, async ({ pool, user }) => {
  await pool.users.remove(user.sub);
  return {};
});
