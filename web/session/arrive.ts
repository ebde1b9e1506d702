import type { Door } from './use-door.ts';

/**
 * Does what the page's address asks for, and takes that out of it: `?user=bob` is somebody who is signed in with this browser, or a demo person;
 * `?code=…&state=…` comes back from the issuer.
 * @returns whom the address named, where they still have to sign in
 * @throws Error, one sentence
 */
export async function arrive(door: Door): Promise<string | undefined> {
  const query = new URLSearchParams(location.search);
  if ([...query].length === 0) return undefined;
  try {
    if (door.way.by === 'issuer' && query.has('state')) {
      await door.session.add(await door.way.openId.complete(query));
      return undefined;
    }
    const username = query.get('user')?.toLowerCase();
    return username === undefined ? undefined : await become(door, username);
  } finally {
    history.replaceState(null, '', location.pathname + location.hash);
  }
}

async function become({ session, way, demo }: Door, username: string): Promise<string | undefined> {
  if (session.accounts.peek().some((one) => one.username === username && one.refresh !== undefined)) {
    session.use(username);
    return undefined;
  }
  session.leave();
  const person = (await demo()).find((one) => one.username === username);
  if (!person || way.by !== 'password') return username;
  await session.add(await way.people.signIn(person.username, person.password));
  return undefined;
}
