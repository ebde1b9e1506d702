import {
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';

const client = new CognitoIdentityProviderClient({});

/** Nothing happens if the account was deleted: it has no session. */
export async function signOut(userPoolId: string, account: string): Promise<void> {
  try {
    await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: account }));
  } catch (error) {
    if (!(error instanceof UserNotFoundException)) throw error;
  }
}
