import { z } from 'zod';
import { requireSecretHash } from '#cognito/client-secrets';
import { requireCode } from '#cognito/codes';
import { confirmationDestination } from '#cognito/delivery';
import { CognitoError, codeMismatch, notAuthorized } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import { findUser, type Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';
import { updateUser } from '#cognito/update-user';
import type { User } from '#cognito/user';

const input = z.object({
  ClientId: shape.clientId,
  SecretHash: shape.secretHash,
  Username: shape.username,
  ConfirmationCode: shape.code,
  ClientMetadata: shape.metadata,
});

export const confirmSignUp = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(pool, client, request.SecretHash, [request.Username]);
  const found = findUser(pool, request.Username);
  pool.attempts.count('ConfirmSignUp', found?.sub ?? request.Username);
  if (!found) {
    throw client.hidesUsers
      ? codeMismatch()
      : new CognitoError('UserNotFoundException', 'Username/client id combination not found.');
  }
  const user = await updateUser(pool, found.sub, (current) => {
    requireUnconfirmed(current);
    requireCode(current.codes.confirm, request.ConfirmationCode, pool.clock.now());
    const verified = confirmationDestination(current, pool);
    return {
      ...current,
      status: 'CONFIRMED',
      codes: { ...current.codes, confirm: undefined },
      attributes: { ...current.attributes, ...(verified && { [`${verified.attribute}_verified`]: 'true' }) },
    };
  });
  await runPostConfirmation(pool, user, client.id, request.ClientMetadata);
  return {};
});

/** @throws CognitoError NotAuthorizedException */
export function requireUnconfirmed({ status }: User): void {
  if (status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${status}`);
}

/** Runs the post-confirmation trigger. As in Cognito, the user stays confirmed if it fails. */
export async function runPostConfirmation(
  pool: Pool,
  user: User,
  clientId: string,
  clientMetadata: Record<string, string> | undefined,
  source:
    | 'PostConfirmation_ConfirmSignUp'
    | 'PostConfirmation_ConfirmForgotPassword' = 'PostConfirmation_ConfirmSignUp',
): Promise<void> {
  const userAttributes = { sub: user.sub, 'cognito:user_status': user.status, ...user.attributes };
  await pool.triggers.run({ source, username: user.username, clientId, userAttributes, clientMetadata });
}
