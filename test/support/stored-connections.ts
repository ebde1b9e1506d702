/** The connections that the table stores; only on the local runtime. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { LocalRuntime } from '@parley/local';
import { connectionPrefix, userKey } from '#lambdas/store/user';
import type { Person } from './person.ts';
import type { Socket } from './socket.ts';

/** A client with all permissions. The caller destroys it. */
export function openTable(local: LocalRuntime): { table: DynamoDBDocumentClient; TableName: string } {
  const TableName = local.stack.ref(local.stack.ofType('AWS::DynamoDB::Table')[0]?.logicalId ?? '');
  const options = { region: local.stack.region, endpoint: `${local.origin}/_aws/dynamodb` };
  const client = new DynamoDBClient({ ...options, credentials: local.rootCredentials });
  return { table: DynamoDBDocumentClient.from(client), TableName };
}

/** The ids of a user's stored connections. */
export async function connectionIdsOf(local: LocalRuntime, { username }: Person): Promise<string[]> {
  const { table, TableName } = openTable(local);
  const { Item = {} } = await table.send(new GetCommand({ TableName, Key: userKey(username), ConsistentRead: true }));
  table.destroy();
  return Object.keys(Item)
    .filter((attribute) => attribute.startsWith(connectionPrefix))
    .map((attribute) => attribute.slice(connectionPrefix.length));
}

/** Makes a user's connections older than ten seconds. Until then a 410 may mean that a connection is still being opened. */
export async function growOld(local: LocalRuntime, person: Person): Promise<void> {
  const { table, TableName } = openTable(local);
  for (const id of await connectionIdsOf(local, person)) {
    await table.send(
      new UpdateCommand({
        TableName,
        Key: userKey(person.username),
        UpdateExpression: 'SET #connection.since = :since',
        ExpressionAttributeNames: { '#connection': connectionPrefix + id },
        ExpressionAttributeValues: { ':since': Date.now() - 60_000 },
      }),
    );
  }
  table.destroy();
}

/** Resolves when the socket has got this user's user_leave, whether or not the test has already taken the event. */
export async function leaveReported(socket: Socket, { username }: Person): Promise<void> {
  while (!socket.received.some(({ type, user }) => type === 'user_leave' && user === username)) await socket.next();
}
