const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DeleteCommand, DynamoDBDocumentClient, ScanCommand } = require('@aws-sdk/lib-dynamodb');
const { ApiGatewayManagementApi } = require('@aws-sdk/client-apigatewaymanagementapi');

const ddb = DynamoDBDocumentClient.from(new DynamoDBClient({ region: process.env.AWS_REGION }));
const { TABLE_NAME } = process.env;

exports.handler = async (event) => {
  const { domainName, stage } = event.requestContext;
  const { Items } = await ddb.send(new ScanCommand({ TableName: TABLE_NAME, ProjectionExpression: 'connectionId' }));
  const api = new ApiGatewayManagementApi({ apiVersion: '2018-11-29', endpoint: `https://${domainName}/${stage}` });
  const { data } = JSON.parse(event.body);

  const posts = Items.map(async ({ connectionId }) => {
    try {
      await api.postToConnection({ ConnectionId: connectionId, Data: data });
    } catch (error) {
      if (error.$metadata?.httpStatusCode !== 410) throw error;
      await ddb.send(new DeleteCommand({ TableName: TABLE_NAME, Key: { connectionId } }));
    }
  });
  try {
    await Promise.all(posts);
  } catch (error) {
    return { statusCode: 500, body: error.stack };
  }
  return { statusCode: 200, body: 'Data sent.' };
};
