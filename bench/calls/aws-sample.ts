/**
 * A function of the size of AWS's own chat sample: two clients of the SDK, a scan and posts. Its cold start is the yardstick for ours.
 * https://github.com/aws-samples/simple-websockets-chat-app/blob/master/sendmessage/app.js
 */
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

interface SampleEvent {
  readonly body: string;
  readonly requestContext: { readonly domainName: string; readonly stage: string };
}

export async function handler({ body, requestContext: { domainName, stage } }: SampleEvent) {
  const api = new ApiGatewayManagementApiClient({ endpoint: `https://${domainName}/${stage}` });
  const { Items = [] } = await table.send(new ScanCommand({ TableName: process.env.TABLE_NAME }));
  const { data } = JSON.parse(body);
  await Promise.all(
    Items.map(({ connectionId }) => api.send(new PostToConnectionCommand({ ConnectionId: connectionId, Data: data }))),
  );
  return { statusCode: 200, body: 'Data sent.' };
}
