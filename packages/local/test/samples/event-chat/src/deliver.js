import { ApiGatewayManagementApi } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocument.from(new DynamoDBClient());
const api = new ApiGatewayManagementApi({ endpoint: process.env.ENDPOINT });

export async function handler({ 'detail-type': kind, detail: { room, text } }) {
  const { Items } = await table.query({
    TableName: process.env.TABLE,
    IndexName: 'byRoom',
    KeyConditionExpression: 'room = :room',
    ExpressionAttributeValues: { ':room': room },
  });
  const Data = JSON.stringify({ kind, text });
  const posts = Items.map(({ id }) => api.postToConnection({ ConnectionId: id, Data }));
  for (const { reason } of await Promise.allSettled(posts)) {
    if (reason && reason.name !== 'GoneException') throw reason;
  }
}
