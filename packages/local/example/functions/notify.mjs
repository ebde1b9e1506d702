import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';

const table = new DynamoDBClient();
const sockets = new ApiGatewayManagementApiClient({ endpoint: process.env.CALLBACK_URL });

export async function handler({ Records }) {
  const { Items } = await table.send(
    new QueryCommand({
      TableName: process.env.TABLE,
      KeyConditionExpression: 'kind = :kind',
      ExpressionAttributeValues: { ':kind': { S: 'connection' } },
    }),
  );
  for (const { dynamodb } of Records) {
    const Data = JSON.stringify({ text: dynamodb.NewImage.text.S });
    await Promise.all(Items.map(({ id }) => post(id.S, Data)));
  }
}

async function post(ConnectionId, Data) {
  try {
    await sockets.send(new PostToConnectionCommand({ ConnectionId, Data }));
  } catch (error) {
    // This connection is closed, and `$disconnect` is best effort.
    if (error.name !== 'GoneException') throw error;
  }
}
