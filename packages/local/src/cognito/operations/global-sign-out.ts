import { z } from 'zod';
import { userOperation } from '../operation.ts';
import * as shape from '../shapes.ts';
import { signOutEverywhere, updateUser } from '../update-user.ts';

export const globalSignOut = userOperation(z.object({ AccessToken: shape.accessToken }), async ({ pool, user }) => {
  await updateUser(pool, user.sub, signOutEverywhere);
  return {};
});
