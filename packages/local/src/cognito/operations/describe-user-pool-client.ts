import { z } from 'zod';
import type { ClientSettings } from '#cognito/client-settings';
import { CognitoError } from '#cognito/errors';
import { adminOperation } from '#cognito/operation';
import type { Pool } from '#cognito/pool';
import * as shape from '#cognito/shapes';

/** @throws CognitoError ResourceNotFoundException */
export function requireClient(pool: Pool, id: string): ClientSettings {
  const client = pool.clients.get(id);
  if (!client) throw new CognitoError('ResourceNotFoundException', `User pool client ${id} does not exist.`);
  return client;
}

/** The only operation that returns a client's secret. */
export const describeUserPoolClient = adminOperation(
  z.object({ UserPoolId: shape.userPoolId, ClientId: shape.clientId }),
  async (pool, request) => {
    const client = requireClient(pool, request.ClientId);
    const secret = client.hasSecret ? pool.secrets.get(client.id) : undefined;
    return {
      UserPoolClient: {
        UserPoolId: pool.id,
        ClientId: client.id,
        ClientName: client.name,
        ExplicitAuthFlows: client.flows,
        EnableTokenRevocation: client.revocable,
        PreventUserExistenceErrors: client.hidesUsers ? 'ENABLED' : 'LEGACY',
        ClientSecret: secret,
      },
    };
  },
);
