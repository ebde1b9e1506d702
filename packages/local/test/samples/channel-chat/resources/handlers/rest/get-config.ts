import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';

const ssm = new SSMClient({});

export const handler = async () => {
  const read = async (Name: string) => {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
    return Parameter?.Value;
  };
  const [broadcast_url, client_id] = await Promise.all([read('/prod/websocket/url'), read('/prod/cognito/clientid')]);
  return { statusCode: 200, body: JSON.stringify({ api_url: '/api', broadcast_url, client_id }) };
};
