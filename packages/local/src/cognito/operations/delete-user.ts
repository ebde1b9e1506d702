import { z } from 'zod';
import { userOperation } from '../operation.ts';
import * as shape from '../shapes.ts';

export const deleteUser = userOperation(z.object({ AccessToken: shape.accessToken }), async ({ pool, user }) => {
  await pool.users.remove(user.sub);
  return {};
});
