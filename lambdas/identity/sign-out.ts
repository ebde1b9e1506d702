import {
  AdminUserGlobalSignOutCommand,
  CognitoIdentityProviderClient,
  UserNotFoundException,
} from '@aws-sdk/client-cognito-identity-provider';

/**
 * Ends a user's sessions at the user pool: their refresh tokens give no new tokens. API Gateway checks the signature only, so tokens that were
 * issued before are valid there until they expire.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html
 * @param userPoolId undefined if tokens come from another issuer. It has no such operation, so nothing happens.
 */
export function createSignOut(userPoolId: string | undefined): (account: string) => Promise<void> {
  if (userPoolId === undefined) return async () => {};
  const client = new CognitoIdentityProviderClient({});
  return async function signOut(account) {
    try {
      await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId: userPoolId, Username: account }));
    } catch (error) {
      // A deleted account has no session.
      if (!(error instanceof UserNotFoundException)) throw error;
    }
  };
}
