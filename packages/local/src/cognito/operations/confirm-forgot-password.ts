import { z } from 'zod';
import { requireSecretHash } from '../client-secrets.ts';
import { requireCode } from '../codes.ts';
import { codeMismatch, userNotFound } from '../errors.ts';
import { clientOperation } from '../operation.ts';
import { hashPassword, requirePasswordPolicy } from '../passwords.ts';
import { findUser } from '../pool.ts';
import * as shape from '../shapes.ts';
import { updateUser } from '../update-user.ts';
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
