import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalOutputs } from './local-outputs.ts';

/**
 * Makes an account as README says for a deployment where nobody may sign up: by an administrator, with a password that lasts.
 * @param dataDirectory has the administrator's keys, which the running server has written
 * @throws Error whose `name` is Cognito's, like `UsernameExistsException`
 */
export async function createAccount(
  { name, password }: { readonly name: string; readonly password: string },
  outputs: LocalOutputs,
  dataDirectory: string,
): Promise<void> {
  // It would say at every start what Node it will need next year.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // It signs, and nobody else needs it here.
  const { AdminCreateUserCommand, AdminSetUserPasswordCommand, CognitoIdentityProviderClient } = await import(
    '@aws-sdk/client-cognito-identity-provider'
  );
  const client = new CognitoIdentityProviderClient({
    endpoint: outputs.CognitoEndpoint,
    region: outputs.Region,
    credentials: await readKeys(join(dataDirectory, 'credentials')),
  });
  const user = { UserPoolId: outputs.UserPoolId, Username: name };
  const UserAttributes = [
    { Name: 'email', Value: `${name}@example.com` },
    { Name: 'email_verified', Value: 'true' },
  ];
  try {
    await client.send(new AdminCreateUserCommand({ ...user, UserAttributes, MessageAction: 'SUPPRESS' }));
    await client.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
  } finally {
    client.destroy();
  }
}

/** Reads the format of `~/.aws/credentials`. */
export async function readKeys(file: string) {
  const text = await readFile(file, 'utf8');
  const keyOf = (key: string) => new RegExp(`^${key} = (.+)$`, 'm').exec(text)?.[1] ?? '';
  return { accessKeyId: keyOf('aws_access_key_id'), secretAccessKey: keyOf('aws_secret_access_key') };
}
