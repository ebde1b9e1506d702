import { requireSecretHash } from '#cognito/client-secrets';
import { requireCode } from '#cognito/codes';
import { fakeDelivery, recoveryDestination, sendCode } from '#cognito/delivery';
import { codeMismatch, invalidParameter, notAuthorized, userNotFound } from '#cognito/errors';
import { secretsOf } from '#cognito/new-password';
import { clientOperation } from '#cognito/operation';
import { requirePasswordPolicy } from '#cognito/passwords';
import { findUser } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import { runPostConfirmation } from './confirm-sign-up.ts';

export const forgotPassword = clientOperation(shape.clientUser, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  if (pool.settings.recovery.length === 0) throw notAuthorized('Contact administrator to reset password.');
  const user = findUser(pool, request.Username);
  pool.attempts.count('ForgotPassword', user?.sub ?? request.Username);
  const destination = user && recoveryDestination(user, pool);
  // A client that hides users also hides who has a verified address (developer guide, "Managing error responses").
  if (client.hidesUsers && !destination) return { CodeDeliveryDetails: fakeDelivery(request.Username) };
  if (!user) throw userNotFound();
  if (!user.enabled) throw notAuthorized('User is disabled.');
  if (user.status === 'FORCE_CHANGE_PASSWORD') {
    throw notAuthorized('User password cannot be reset in the current state.');
  }
  if (!destination) {
    throw invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    );
  }
  return { CodeDeliveryDetails: await sendCode(pool, user.sub, 'forgot', destination) };
});

const confirmInput = shape.clientUser.extend({
  ConfirmationCode: shape.code,
  Password: shape.password,
  ClientMetadata: shape.metadata,
});

export const confirmForgotPassword = clientOperation(confirmInput, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  requirePasswordPolicy(request.Password, pool.settings.passwordPolicy);
  const found = findUser(pool, request.Username);
  pool.attempts.count('ConfirmForgotPassword', found?.sub ?? request.Username);
  if (!found) throw client.hidesUsers ? codeMismatch() : userNotFound();
  const secrets = await secretsOf(pool, found.username, request.Password);
  const user = await updateUser(pool, found.sub, (current) => {
    requireCode(current.codes.forgot, request.ConfirmationCode, pool.clock.now());
    return { ...current, ...secrets, status: 'CONFIRMED', codes: { ...current.codes, forgot: undefined } };
  });
  pool.attempts.passwordSucceeded(user.sub);
  await runPostConfirmation(pool, user, client.id, request.ClientMetadata, 'PostConfirmation_ConfirmForgotPassword');
  return {};
});
