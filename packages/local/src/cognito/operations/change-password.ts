import { z } from 'zod';
import { notAuthorized } from '../errors.ts';
import { userOperation } from '../operation.ts';
import { hashPassword, passwordMatches, requirePasswordPolicy } from '../passwords.ts';
import * as shape from '../shapes.ts';
import { updateUser } from '../update-user.ts';

const input = z.object({
  AccessToken: shape.accessToken,
  PreviousPassword: shape.anyPassword,
  ProposedPassword: shape.password,
});

export const changePassword = userOperation(input, async ({ pool, user }, request) => {
  pool.attempts.count('ChangePassword', user.sub);
  requirePasswordPolicy(request.ProposedPassword, pool.settings.passwordPolicy);
  if (!(await passwordMatches(request.PreviousPassword, user.password))) {
    throw notAuthorized('Incorrect username or password.');
  }
  const password = await hashPassword(request.ProposedPassword, pool.passwordCost);
  await updateUser(pool, user.sub, (current) => ({ ...current, password }));
  return {};
});
