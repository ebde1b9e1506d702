import { CognitoIdentityProviderClient, ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { CONNECTIONS_TABLE_NAME, ddb } from '../../utils/clients';

const cognito = new CognitoIdentityProviderClient({});

export const handler = async () => {
  const { Items = [] } = await ddb.send(new ScanCommand({ TableName: CONNECTIONS_TABLE_NAME }));
  const { Users = [] } = await cognito.send(new ListUsersCommand({ UserPoolId: process.env.COGNITO_USER_POOL_ID }));
  const users = Users.map(({ Username }) => ({
    username: Username,
    status: Items.some(({ userId }) => userId === Username) ? 'ONLINE' : 'OFFLINE',
  }));
  return { statusCode: 200, body: JSON.stringify(users) };
};
