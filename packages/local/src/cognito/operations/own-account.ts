import { z } from 'zod';
import { attributeList, readableAttributes } from '../attributes.ts';
import { userOperation } from '../operation.ts';
import * as shape from '../shapes.ts';
import { signOutEverywhere, updateUser } from '../update-user.ts';

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
