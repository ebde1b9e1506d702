import { z } from 'zod';
import { requireCode } from '../codes.ts';
import { userOperation } from '../operation.ts';
import * as shape from '../shapes.ts';
import { updateUser } from '../update-user.ts';

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
