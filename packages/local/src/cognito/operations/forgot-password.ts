import { z } from 'zod';
import { requireSecretHash } from '#cognito/client-secrets';
import { fakeDelivery, recoveryDestination, sendCode } from '#cognito/delivery';
import { invalidParameter, notAuthorized, userNotFound } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import { findUser } from '#cognito/pool';
import * as shape from '#cognito/shapes';

const input = z.object({ ClientId: shape.clientId, SecretHash: shape.secretHash, Username: shape.username });

export const forgotPassword = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  if (pool.settings.recovery.length === 0) throw notAuthorized('Contact administrator to reset password.');
  const user = findUser(pool, request.Username);
  pool.attempts.count('ForgotPassword', user?.sub ?? request.Username);
  const destination = user && recoveryDestination(user, pool);
  // A client that hides users also hides who has a verified address (developer guide, "Managing error responses").
  if (client.hidesUsers && !destination) return { CodeDeliveryDetails: fakeDelivery(request.Username) };
  if (!user) throw userNotFound();
  if (!destination) {
    throw invalidParameter(
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    );
  }
  return { CodeDeliveryDetails: await sendCode(pool, user.sub, 'forgot', destination) };
});
