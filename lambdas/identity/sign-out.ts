import {
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';

/**
 * Ends a user's sessions at the user pool: their refresh tokens give no new tokens. Those that were given hold until they expire, for who
 * only checks the signature, as API Gateway does.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html
 * @param userPoolId undefined where tokens come from another issuer, who has no such operation: then nothing happens
 */
export function createSignOut(userPoolId: string | undefined): (account: string) => Promise<void> {
  if (userPoolId === undefined) return async () => {};
  const client = new CognitoIdentityProviderClient({});
  return async function signOut(account) {
    try {
      await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: account }));
    } catch (error) {
      // Whose account is deleted has no session there.
      if (!(error instanceof UserNotFoundException)) throw error;
    }
  };
}
