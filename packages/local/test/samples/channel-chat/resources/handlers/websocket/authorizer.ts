import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { CognitoJwtVerifier } from 'aws-jwt-verify';

const ssm = new SSMClient({});
const { COGNITO_USER_POOL_ID = '' } = process.env;

interface AuthorizerEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly methodArn: string;
}

export const handler = async (event: AuthorizerEvent) => {
  const token = event.headers.Cookie?.split('=')[1] ?? '';
  const { Parameter } = await ssm.send(
    new GetParameterCommand({ Name: '/prod/cognito/clientid', WithDecryption: true }),
  );
  try {
    const verifier = CognitoJwtVerifier.create({
      userPoolId: COGNITO_USER_POOL_ID,
      tokenUse: 'id',
      clientId: Parameter?.Value ?? '',
    });
    const verified = await verifier.verify(token);
    return generatePolicy(String(verified['cognito:username']), 'Allow', event.methodArn);
  } catch (error) {
    console.log('Error during token validation: ', error);
    return generatePolicy('default', 'Deny', event.methodArn);
  }
};

function generatePolicy(principalId: string, Effect: 'Allow' | 'Deny', Resource: string) {
  return {
    principalId,
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
    context: { customerId: principalId },
  };
}
