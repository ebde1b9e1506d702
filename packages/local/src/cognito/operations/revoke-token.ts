import { z } from 'zod';
import { requireSecret } from '#cognito/client-secrets';
import { CognitoError } from '#cognito/errors';
import { clientOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';
import { sessionOf, subOf } from '#cognito/tokens';
import { updateUser } from '#cognito/update-user';

const input = z.object({ ClientId: shape.clientId, ClientSecret: z.string().optional(), Token: z.string() });

/** Revokes a refresh token and its access tokens. As in RFC 7009, an unknown token is not an error. */
export const revokeToken = clientOperation(input, async ({ pool, client }, request) => {
  requireSecret(pool, client, request.ClientSecret);
  if (!client.revocable) {
    throw new CognitoError('UnsupportedOperationException', 'Token revocation is not enabled for this client');
  }
  if (request.Token.includes('.')) {
    throw new CognitoError('UnsupportedTokenTypeException', 'Only refresh tokens can be revoked');
  }
  const user = pool.users.bySub(subOf(request.Token));
  const session = user && sessionOf(user, request.Token);
  if (!user || !session) return {};
  if (session.clientId !== client.id) {
    throw new CognitoError('UnauthorizedException', 'The token was issued to another client');
  }
  await updateUser(pool, user.sub, (current) => ({
    ...current,
    sessions: current.sessions.map((other) => (other.id === session.id ? { ...other, revoked: true } : other)),
  }));
  return {};
});
