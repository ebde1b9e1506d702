import { z } from 'zod';
import { CognitoError } from '#cognito/errors';
import { adminOperation } from '#cognito/operation';
import * as shape from '#cognito/shapes';

/** The only operation that returns a client's secret. */
export const describeUserPoolClient = adminOperation(
  z.object({ UserPoolId: shape.userPoolId, ClientId: shape.clientId }),
  async (pool, request) => {
    const client = pool.clients.get(request.ClientId);
    if (!client) {
      throw new CognitoError('ResourceNotFoundException', `User pool client ${request.ClientId} does not exist.`);
    }
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
