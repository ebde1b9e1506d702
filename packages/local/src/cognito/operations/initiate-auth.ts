import { z } from 'zod';
import {
  type AuthRequest,
  allowsAlways,
  allowsFlow,
  withPassword,
  withRefreshToken,
  withSrp,
} from '#cognito/auth-flows';
import { invalidParameter } from '#cognito/errors';
import { type Answer, adminOperation, clientOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';
import { requireClient } from './describe-user-pool-client.ts';

const input = z.object({
  ClientId: shape.clientId,
  AuthFlow: z.string(),
  AuthParameters: z.record(z.string(), z.string()).default({}),
});

export const initiateAuth = clientOperation(input, async ({ pool, client }, request) => {
  const auth = { pool, client, parameters: request.AuthParameters };
  if (request.AuthFlow !== 'USER_PASSWORD_AUTH') return withEitherFlow(request.AuthFlow, auth);
  if (!allowsFlow(client, 'USER_PASSWORD_AUTH')) {
    throw invalidParameter('USER_PASSWORD_AUTH flow not enabled for this client');
  }
  return withPassword(auth);
});

/** A server signs a user in, with the password that it was given. */
export const adminInitiateAuth = adminOperation(
  input.extend({ UserPoolId: shape.userPoolId }),
  async (pool, request) => {
    const client = requireClient(pool, request.ClientId);
    const auth = { pool, client, parameters: request.AuthParameters };
    if (request.AuthFlow !== 'ADMIN_USER_PASSWORD_AUTH' && request.AuthFlow !== 'ADMIN_NO_SRP_AUTH') {
      return withEitherFlow(request.AuthFlow, auth);
    }
    if (!allowsFlow(client, 'ADMIN_USER_PASSWORD_AUTH') && !allowsFlow(client, 'ADMIN_NO_SRP_AUTH')) {
      throw invalidParameter('Auth flow not enabled for this client');
    }
    return withPassword(auth);
  },
);

/** The flows of both operations. */
async function withEitherFlow(flow: string, auth: AuthRequest): Promise<Answer> {
  switch (flow) {
    case 'USER_SRP_AUTH':
      if (!allowsAlways(auth.client, 'USER_SRP_AUTH')) {
        throw invalidParameter('USER_SRP_AUTH is not enabled for the client.');
      }
      return withSrp(auth);
    case 'REFRESH_TOKEN_AUTH':
    case 'REFRESH_TOKEN':
      if (!allowsAlways(auth.client, 'REFRESH_TOKEN_AUTH'))
        throw invalidParameter('Auth flow not enabled for this client');
      return withRefreshToken(auth);
    case 'USER_AUTH':
    case 'CUSTOM_AUTH':
      throw invalidParameter(`${flow} is not served locally; use USER_PASSWORD_AUTH or USER_SRP_AUTH`);
    default:
      throw invalidParameter('Initiate Auth method not supported.');
  }
}
