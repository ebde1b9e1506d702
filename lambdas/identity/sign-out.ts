/**
 * Ends a user's sessions at the user pool: their refresh tokens give no new tokens. API Gateway checks the signature only, so tokens that were
 * issued before are valid there until they expire.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html
 * @param userPoolId undefined if tokens come from another issuer. It has no such operation, so nothing happens.
 */
export function createSignOut(userPoolId: string | undefined): (account: string) => Promise<void> {
  if (userPoolId === undefined) return async () => {};
  // Loaded with the first call, because it is rare.
  const cognito = () => import('./user-pool.ts');
  return async (account) => (await cognito()).signOut(userPoolId, account);
}

/**
 * Deletes an account of the user pool.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUser.html
 * @param userPoolId as above
 */
export function createAccountRemoval(userPoolId: string | undefined): (account: string) => Promise<void> {
  if (userPoolId === undefined) return async () => {};
  return async (account) => (await import('./user-pool.ts')).deleteAccount(userPoolId, account);
}
