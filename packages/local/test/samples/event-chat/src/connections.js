import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { put } from 'broadcast';

const table = DynamoDBDocument.from(new DynamoDBClient());
const TableName = process.env.TABLE;

export async function handler({ requestContext, queryStringParameters, body }) {
  const { connectionId: id, routeKey, authorizer } = requestContext;
  if (routeKey === '$connect') {
    const room = queryStringParameters?.room ?? 'lobby';
    const expires = Math.floor(Date.now() / 1000) + 2 * 60 * 60;
    await table.put({ TableName, Item: { id, room, name: authorizer.name, expires } });
  } else if (routeKey === '$disconnect') {
    await table.delete({ TableName, Key: { id } });
  } else {
    const { Item } = await table.get({ TableName, Key: { id } });
    await put('Said', { room: Item.room, text: `${Item.name}: ${JSON.parse(body).text}` });
  }
  return { statusCode: 200 };
}
