/** The calls that are measured, as the SDK comes and as Parley makes them, with the same contents. */
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { postOnly } from '#lambdas/delivery/post';
import { openLog } from '#lambdas/runtime/log';
import { openConnectionApi, openTable } from '#lambdas/runtime/services';
import { getItem, putItem, updateItem } from '#lambdas/store/item';
import type { ServerEvent } from '#protocol/events';

export const operations = ['GetItem', 'UpdateItem', 'PutItem', 'PostToConnection'] as const;
export const sides = ['sdk', 'parley'] as const;
export type Calls = Record<(typeof operations)[number], () => Promise<unknown>>;

const key = { pk: 'USER#alice', sk: 'CONV#alice_bob' };
const update = {
  Key: key,
  UpdateExpression: 'SET ring.#hash = :send, sends = sends + :one REMOVE ring.#oldest',
  ConditionExpression: 'attribute_exists(#role) AND sends = :sends',
  ExpressionAttributeNames: { '#hash': 'hash-12', '#oldest': 'hash-0', '#role': 'role' },
  ExpressionAttributeValues: { ':send': '121:119:1764316800000', ':one': 1, ':sends': 66 },
  ReturnValues: 'ALL_NEW',
} as const;
const item = {
  pk: 'LOG#alice_bob#0',
  sk: '000000000121',
  type: 'message',
  id: '01JDQ4Z7Y8W5V3N2M1K0J9H8G7',
  user: 'alice',
  client_id: '0b9a7d2e-6c1f-4a57-9f0a-5d3e8c7b6a19',
  text: 'A message of usual length, as people write them to each other.',
  count: 119,
  at: 1_764_316_800_000,
};
const event: ServerEvent = {
  type: 'message_delivered',
  conversation: 'alice_bob',
  seq: 121,
  to: Array.from({ length: 12 }, (_, index) => `user-${index}`),
};

/** @param port of server.ts */
export function openCalls(side: (typeof sides)[number], port: number): Calls {
  const TableName = 'Chat';
  const endpoint = `http://127.0.0.1:${port}`;
  if (side === 'sdk') {
    const table = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint }));
    const connections = new ApiGatewayManagementApiClient({ endpoint });
    return {
      GetItem: () => table.send(new GetCommand({ TableName, Key: key, ConsistentRead: true })),
      UpdateItem: () => table.send(new UpdateCommand({ TableName, ...update })),
      PutItem: () => table.send(new PutCommand({ TableName, Item: item })),
      PostToConnection: () =>
        connections.send(
          new PostToConnectionCommand({ ConnectionId: 'Llf4ceE2NjMCF7w=', Data: JSON.stringify(event) }),
        ),
    };
  }
  process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
  const table = openTable(TableName);
  const services = { connectionApi: openConnectionApi(endpoint), log: openLog() };
  return {
    GetItem: () => getItem(table, key, { consistent: true }),
    UpdateItem: () => updateItem(table, update),
    PutItem: () => putItem(table, item),
    PostToConnection: () => postOnly(services, { id: 'Llf4ceE2NjMCF7w=' }, event),
  };
}
