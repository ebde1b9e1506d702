import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { CONNECTIONS_TABLE_NAME, ddb } from './clients';

/** Sends a payload to all connected people. */
export async function broadcast(payload: unknown, apiGatewayEndpoint: string): Promise<void> {
  const { Items = [] } = await ddb.send(
    new ScanCommand({ TableName: CONNECTIONS_TABLE_NAME, ProjectionExpression: 'connectionId' }),
  );
  const api = new ApiGatewayManagementApiClient({
    apiVersion: '2018-11-29',
    endpoint: `https://${apiGatewayEndpoint}`,
  });
  await Promise.all(
    Items.map(async ({ connectionId }) => {
      try {
        await api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: JSON.stringify(payload) }));
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'GoneException') throw error;
        await ddb.send(new DeleteCommand({ TableName: CONNECTIONS_TABLE_NAME, Key: { connectionId } }));
      }
    }),
  );
}
