import {
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';

/** ms; the limits of runtime/call-limits.ts, which this folder does not import */
const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true };
const client = new CognitoIdentityProviderClient({ requestHandler });

/** Nothing happens if the account was deleted: it has no session. */
export async function signOut(userPoolId: string, account: string): Promise<void> {
  const request = new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: account });
  await unlessUnknown(client.send(request));
}

/** Nothing happens if it was deleted before. */
export async function deleteAccount(userPoolId: string, account: string): Promise<void> {
  await unlessUnknown(client.send(new AdminDeleteUserCommand({ UserPoolId: userPoolId, Username: account })));
}

async function unlessUnknown(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof UserNotFoundException)) throw error;
  }
}

/** The `sub` of the account that has this name now; undefined when none has it. */
export async function subOf(userPoolId: string, account: string): Promise<string | undefined> {
  try {
    const { UserAttributes } = await client.send(
      new AdminGetUserCommand({ UserPoolId: userPoolId, Username: account }),
    );
    return UserAttributes?.find(({ Name }) => Name === 'sub')?.Value;
  } catch (error) {
    if (error instanceof UserNotFoundException) return undefined;
    throw error;
  }
}
