/**
 * Whether an account has ended at the user pool without Parley: any access token may call Cognito's `DeleteUser`, and a console can delete an
 * account too. Cognito tells nobody, so it is asked.
 */

/** ms; an account that was there so recently is not asked for again */
const knownForMs = 60_000;
const rememberedAtMost = 1_000;

/** Cognito's own. Tokens that are signed with the pool's key for somebody who never signed up, as tests do, have another, and there is no account. */
const poolSub = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Account {
  /** The name at the user pool. */
  readonly name: string;
  readonly sub: string;
}

/**
 * @param userPoolId undefined if tokens come from another issuer, which cannot be asked: no account has ended then
 * @returns a function that throws when the pool does not answer
 */
export function createEndedAccounts(
  userPoolId: string | undefined,
  now: () => number,
): (account: Account) => Promise<boolean> {
  if (userPoolId === undefined) return async () => false;
  const seen = new Map<string, number>();
  return async ({ name, sub }) => {
    if (!poolSub.test(sub) || (seen.get(sub) ?? 0) > now() - knownForMs) return false;
    // Loaded with the first call, because it is rare.
    const { subOf } = await import('./user-pool.ts');
    if ((await subOf(userPoolId, name)) !== sub) return true;
    if (seen.size >= rememberedAtMost) seen.clear();
    seen.set(sub, now());
    return false;
  };
}
