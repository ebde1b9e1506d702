import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { readKeys } from './create-account.ts';

/** Of the stack's outputs. */
export interface PoolOutputs {
  readonly Region: string;
  readonly UserPoolId: string;
  readonly UserPoolClientId: string;
  /** Of a local pool. */
  readonly CognitoEndpoint?: string | undefined;
}

/**
 * Signs two people in, whom an administrator makes the first time. They get a new password each time, which nobody keeps.
 * @param folder has the administrator's keys if the chat is served locally. On AWS the SDK finds credentials as every tool of AWS does
 * @returns their access tokens
 * @throws Error whose `name` is Cognito's, like `InvalidParameterException` where user names have to be addresses
 */
export async function signInTwo(outputs: PoolOutputs, folder: string): Promise<string[]> {
  const local = outputs.CognitoEndpoint && {
    endpoint: outputs.CognitoEndpoint,
    credentials: await readKeys(join(folder, 'credentials')),
  };
  const client = new CognitoIdentityProviderClient({ region: outputs.Region, ...local });
  try {
    // One after the other: Cognito allows few of these calls a second.
    return [await signIn(client, outputs, 'parley-smoke-a'), await signIn(client, outputs, 'parley-smoke-b')];
  } finally {
    client.destroy();
  }
}

async function signIn(client: CognitoIdentityProviderClient, outputs: PoolOutputs, name: string): Promise<string> {
  const user = { UserPoolId: outputs.UserPoolId, Username: name };
  const UserAttributes = [
    { Name: 'email', Value: `${name}@example.com` },
    { Name: 'email_verified', Value: 'true' },
  ];
  try {
    await client.send(new AdminCreateUserCommand({ ...user, UserAttributes, MessageAction: 'SUPPRESS' }));
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error;
  }
  // The beginning has what the policies of pools ask for.
  const Password = `Aa1!${randomBytes(24).toString('base64url')}`;
  await client.send(new AdminSetUserPasswordCommand({ ...user, Password, Permanent: true }));
  const { AuthenticationResult } = await client.send(
    new InitiateAuthCommand({
      ClientId: outputs.UserPoolClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: name, PASSWORD: Password },
    }),
  );
  if (!AuthenticationResult?.AccessToken) throw new Error(`unable to sign ${name} in; the pool wants another step`);
  return AuthenticationResult.AccessToken;
}
