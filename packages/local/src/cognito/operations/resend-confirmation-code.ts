import { z } from 'zod';
import { requireSecretHash } from '#cognito/client-secrets';
import { confirmationDestination, fakeDelivery, sendCode } from '#cognito/delivery';
import { invalidParameter, userNotFound } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import { findUser } from '#cognito/pool';
import * as shape from '#cognito/shapes';

const input = z.object({ ClientId: shape.clientId, SecretHash: shape.secretHash, Username: shape.username });

export const resendConfirmationCode = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  const user = findUser(pool, request.Username);
  pool.attempts.count('ResendConfirmationCode', user?.sub ?? request.Username);
  if (!user) {
    if (client.hidesUsers) return { CodeDeliveryDetails: fakeDelivery(request.Username) };
    throw userNotFound();
  }
  if (user.status === 'CONFIRMED') throw invalidParameter('User is already confirmed.');
  const destination = confirmationDestination(user, pool);
  if (!destination) throw invalidParameter('Cannot resend codes. Auto verification not turned on.');
  return { CodeDeliveryDetails: await sendCode(pool, user.sub, 'confirm', destination) };
});
