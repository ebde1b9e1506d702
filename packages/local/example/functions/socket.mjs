import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient();
const TableName = process.env.TABLE;

export async function handler({ requestContext: { routeKey, connectionId, requestId }, body }) {
  const connection = { kind: { S: 'connection' }, id: { S: connectionId } };
  if (routeKey === '$connect') await client.send(new PutItemCommand({ TableName, Item: connection }));
  if (routeKey === '$disconnect') await client.send(new DeleteItemCommand({ TableName, Key: connection }));
  if (routeKey === 'sign') {
    const text = { S: String(JSON.parse(body).text) };
    await client.send(new PutItemCommand({ TableName, Item: { kind: { S: 'entry' }, id: { S: requestId }, text } }));
  }
  return { statusCode: 200 };
}
