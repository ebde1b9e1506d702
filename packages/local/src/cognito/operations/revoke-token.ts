import { z } from 'zod';
import { requireSecret } from '../client-secrets.ts';
import { CognitoError } from '../errors.ts';
import { clientOperation } from '../operation.ts';
import * as shape from '../shapes.ts';
import { sessionOf, subOf } from '../tokens.ts';
import { updateUser } from '../update-user.ts';

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
