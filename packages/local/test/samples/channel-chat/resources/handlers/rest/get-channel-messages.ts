import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { ddb, MESSAGES_TABLE_NAME } from '../../utils/clients';

export const handler = async (event: { readonly pathParameters: { readonly id: string } }) => {
  const { Items } = await ddb.send(
    new QueryCommand({
      TableName: MESSAGES_TABLE_NAME,
      KeyConditionExpression: 'channelId = :channelId',
      ExpressionAttributeValues: { ':channelId': decodeURIComponent(event.pathParameters.id) },
    }),
  );
  return { statusCode: 200, body: JSON.stringify(Items) };
};
