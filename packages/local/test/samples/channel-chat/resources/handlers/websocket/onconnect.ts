import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { CONNECTIONS_TABLE_NAME, ddb } from '../../utils/clients';
import { announceStatus } from '../../utils/status';
import type { SocketEvent } from './event';

export const handler = async ({ requestContext }: SocketEvent) => {
  const userId = requestContext.authorizer?.customerId ?? '';
  const Item = { connectionId: requestContext.connectionId, userId };
  await ddb.send(new PutCommand({ TableName: CONNECTIONS_TABLE_NAME, Item }));
  await announceStatus(userId, 'ONLINE');
  return { statusCode: 200, body: 'OK' };
};
