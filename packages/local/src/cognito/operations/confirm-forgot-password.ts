import { z } from 'zod';
import { requireSecretHash } from '#cognito/client-secrets';
import { requireCode } from '#cognito/codes';
import { codeMismatch, userNotFound } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import { hashPassword, requirePasswordPolicy } from '#cognito/passwords';
import { findUser } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import { runPostConfirmation } from './confirm-sign-up.ts';

const input = z.object({
  ClientId: shape.clientId,
  SecretHash: shape.secretHash,
  Username: shape.username,
  ConfirmationCode: shape.code,
  Password: shape.password,
  ClientMetadata: shape.metadata,
});

export const confirmForgotPassword = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  requirePasswordPolicy(request.Password, pool.settings.passwordPolicy);
  const found = findUser(pool, request.Username);
  pool.attempts.count('ConfirmForgotPassword', found?.sub ?? request.Username);
  if (!found) throw client.hidesUsers ? codeMismatch() : userNotFound();
  const password = await hashPassword(request.Password, pool.passwordCost);
  const user = await updateUser(pool, found.sub, (current) => {
    requireCode(current.codes.forgot, request.ConfirmationCode, pool.clock.now());
    return { ...current, password, status: 'CONFIRMED', codes: { ...current.codes, forgot: undefined } };
  });
  pool.attempts.passwordSucceeded(user.sub);
  await runPostConfirmation(pool, user, client.id, request.ClientMetadata, 'PostConfirmation_ConfirmForgotPassword');
  return {};
});
