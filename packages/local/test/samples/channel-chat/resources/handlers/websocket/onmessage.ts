import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ddb, MESSAGES_TABLE_NAME } from '../../utils/clients';
import { broadcast } from '../../utils/websocket-broadcaster';
import type { SocketEvent } from './event';

export const handler = async ({ body = '', requestContext }: SocketEvent) => {
  const { data: payload } = JSON.parse(body);
  if (payload.type !== 'Message') return { statusCode: 200, body: '' };
  const message = { ...payload, messageId: randomUUID() };
  await ddb.send(new PutCommand({ TableName: MESSAGES_TABLE_NAME, Item: message }));
  await broadcast(message, `${requestContext.domainName}/${requestContext.stage}`);
  return { statusCode: 200, body: '' };
};
