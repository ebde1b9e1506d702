import { z } from 'zod';
import { notAuthorized } from '#cognito/errors';
import { userOperation } from '#cognito/operation';
import { hashPassword, passwordMatches, requirePasswordPolicy } from '#cognito/passwords';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';

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
