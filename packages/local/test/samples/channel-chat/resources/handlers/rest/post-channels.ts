import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { CHANNELS_TABLE_NAME, ddb } from '../../utils/clients';

export const handler = async (event: { readonly body: string }) => {
  const { id } = JSON.parse(event.body);
  await ddb.send(new PutCommand({ TableName: CHANNELS_TABLE_NAME, Item: { id, Participants: [] } }));
  return { statusCode: 201, body: JSON.stringify({ id }) };
};
