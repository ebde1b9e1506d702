import { z } from 'zod';
import { requireSecretHash } from '../client-secrets.ts';
import { requireCode } from '../codes.ts';
import { confirmationDestination } from '../delivery.ts';
import { CognitoError, codeMismatch, notAuthorized } from '../errors.ts';
import { clientOperation } from '../operation.ts';
import { findUser, type Pool } from '../pool.ts';
import * as shape from '../shapes.ts';
import { updateUser } from '../update-user.ts';
import type { User } from '../user.ts';

const input = z.object({
  ClientId: shape.clientId,
  SecretHash: shape.secretHash,
  Username: shape.username,
  ConfirmationCode: shape.code,
  ClientMetadata: shape.metadata,
});

export const confirmSignUp = clientOperation(input, async ({ pool, client }, request) => {
  requireSecretHash(client, pool.secrets.get(client.id), request.SecretHash, [request.Username]);
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
    const proven = confirmationDestination(current, pool);
    return {
      ...current,
      status: 'CONFIRMED',
      codes: { ...current.codes, confirm: undefined },
      attributes: { ...current.attributes, ...(proven ? { [`${proven.attribute}_verified`]: 'true' } : {}) },
    };
  });
  await announceConfirmation(pool, user, client.id, request.ClientMetadata);
  return {};
});

/** @throws CognitoError NotAuthorizedException */
export function requireUnconfirmed({ status }: User): void {
  if (status !== 'UNCONFIRMED') throw notAuthorized(`User cannot be confirmed. Current status is ${status}`);
}

/** Runs the post-confirmation trigger. The user stays confirmed when it fails: Cognito does not take that back either. */
export async function announceConfirmation(
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
