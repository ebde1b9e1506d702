import { z } from 'zod';
import { requireCode } from '#cognito/codes';
import { userOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';

const input = z.object({ AccessToken: shape.accessToken, AttributeName: z.string(), Code: shape.code });

export const verifyUserAttribute = userOperation(input, async ({ pool, user }, request) => {
  const name = request.AttributeName;
  pool.attempts.count('VerifyUserAttribute', user.sub);
  await updateUser(pool, user.sub, (current) => {
    const { [name]: sent, ...others } = current.codes.verify ?? {};
    requireCode(sent, request.Code, pool.clock.now());
    return {
      ...current,
      attributes: { ...current.attributes, ...(sent && { [name]: sent.value }), [`${name}_verified`]: 'true' },
      codes: { ...current.codes, verify: others },
    };
  });
  return {};
});
