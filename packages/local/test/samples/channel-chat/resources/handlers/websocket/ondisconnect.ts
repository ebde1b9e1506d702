import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { CONNECTIONS_TABLE_NAME, ddb } from '../../utils/clients';
import { announceStatus } from '../../utils/status';
import type { SocketEvent } from './event';

export const handler = async ({ requestContext }: SocketEvent) => {
  const Key = { connectionId: requestContext.connectionId };
  await ddb.send(new DeleteCommand({ TableName: CONNECTIONS_TABLE_NAME, Key }));
  await announceStatus(requestContext.authorizer?.customerId ?? '', 'OFFLINE');
  return { statusCode: 200, body: 'OK' };
};
