import type { Auth } from './auth-context.ts';

/**
 * Does what the page's address asks for, and removes it from the address: `?user=bob` switches to an account of this browser or a demo user;
 * `?code=…&state=…` is the answer of the OpenID Connect issuer.
 * @returns the user named in the address, if they still have to sign in
 * @throws Error with a sentence for the user
 */
export async function signInFromAddress(auth: Auth): Promise<string | undefined> {
  const query = new URLSearchParams(location.search);
  try {
    if (auth.signInMethod.kind === 'issuer' && query.has('state')) {
      await auth.session.add(await auth.signInMethod.openId.complete(query));
      return undefined;
    }
    const username = query.get('user')?.toLowerCase();
    return username === undefined ? undefined : await switchTo(auth, username);
  } finally {
    history.replaceState(history.state, '', location.pathname + location.hash);
  }
}

async function switchTo({ session, signInMethod, loadDemoUsers }: Auth, username: string): Promise<string | undefined> {
  if (session.accounts.peek().some((account) => account.username === username && account.refresh !== undefined)) {
    session.use(username);
    return undefined;
  }
  session.leave();
  const demoUser = (await loadDemoUsers()).find((user) => user.username === username);
  if (!demoUser || signInMethod.kind !== 'password') return username;
  await session.add(await signInMethod.cognito.signIn(username, demoUser.password));
  return undefined;
}
