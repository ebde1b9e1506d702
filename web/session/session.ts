import { tokenExpiresAt } from '@parley/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Me } from '../../protocol/http.ts';
import { type Account, createAccounts } from './accounts.ts';
import { forgetUser } from './forget-user.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

/** Who this tab speaks for. Several people can be signed in with one browser, each tab as one of them. */
export interface Session {
  /** The user name; undefined when nobody is signed in here. */
  readonly user: ReadonlySignal<string | undefined>;
  /** Everybody who is signed in with this browser, or was until their session ended; used last first. */
  readonly accounts: ReadonlySignal<readonly Account[]>;
  /** Why nobody is signed in any more: a sentence. */
  readonly ended: ReadonlySignal<string | undefined>;
  /**
   * For `createChat`: a token that is good for a while, or null when one has to sign in again.
   * @param of whose; default: the user's
   * @throws Error when the issuer cannot be reached: the session stays
   */
  token(refused?: string, of?: string): Promise<string | null>;
  /** Takes what signing in gave, and uses it in this tab. @throws Error, one sentence */
  add(tokens: Tokens): Promise<void>;
  /** Has this tab speak for somebody who is signed in with this browser. */
  use(username: string): void;
  /** Lets this tab ask who it is, without signing anybody out. */
  leave(): void;
  /** The name that is shown has changed. */
  rename(name: string): void;
  /**
   * Signs out in all tabs of this browser; what it kept of the user is forgotten.
   * @param who default: the user of this tab
   */
  signOut(who?: string): Promise<void>;
}

/** ms before its end from which on a token is not given any more; more than the client's own margin */
const margin = 120_000;
const tabPlace = 'parley.user';

export function createSession(issuer: TokenIssuer): Session {
  const accounts = createAccounts();
  const isIn = ({ refresh }: Account) => refresh !== undefined;
  // A new tab is whoever was used last.
  const tab = signal(sessionStorage.getItem(tabPlace) ?? accounts.all.value.find(isIn)?.username);
  const user = computed(() => accounts.all.value.find((one) => one.username === tab.value && isIn(one))?.username);
  const ended = computed(() => {
    if (tab.value === undefined || user.value !== undefined) return undefined;
    const kept = accounts.all.value.some(({ username }) => username === tab.value);
    return kept
      ? `The session of ${tab.value} has ended. Sign in again.`
      : `${tab.value} has signed out in another tab.`;
  });
  if (user.value !== undefined) use(user.value);

  function use(username: string): void {
    const account = accounts.read(username);
    if (account) accounts.write({ ...account, usedAt: Date.now() });
    sessionStorage.setItem(tabPlace, username);
    tab.value = username;
  }

  function leave(): void {
    sessionStorage.removeItem(tabPlace);
    tab.value = undefined;
  }

  /** One tab at a time: the others then find what it got. */
  async function refresh(username: string, refused: string | undefined): Promise<string | null> {
    const account = accounts.read(username);
    if (account?.refresh === undefined) return null;
    const { access, refresh: old } = account;
    if (access !== refused && (tokenExpiresAt(access) ?? 0) > Date.now() + margin) return access;
    try {
      const given = await issuer.refresh(old);
      // Whoever signed out meanwhile stays so.
      const now = accounts.read(username);
      if (now?.refresh !== old) return now?.access ?? null;
      accounts.write({ ...now, access: given.access, refresh: given.refresh ?? old });
      return given.access;
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      const now = accounts.read(username);
      if (now?.refresh !== old) return now?.access ?? null;
      accounts.write({ ...now, access: '', refresh: undefined });
      return null;
    }
  }

  return {
    ...{ user, ended, use, leave },
    accounts: accounts.all,
    token(refused, of = user.peek()) {
      if (of === undefined) return Promise.resolve(null);
      const ask = () => refresh(of, refused);
      return navigator.locks ? navigator.locks.request(`parley.token.${of}`, ask) : ask();
    },
    async add({ access, refresh }) {
      const { username, name } = await whoIs(access);
      accounts.write({ username, name, access, refresh: refresh ?? '', usedAt: Date.now() });
      use(username);
    },
    rename(name) {
      const account = accounts.read(user.peek() ?? '');
      if (account) accounts.write({ ...account, name });
    },
    async signOut(who = user.peek()) {
      if (who === undefined) return;
      const refresh = accounts.read(who)?.refresh;
      const isOpen = user.peek() === who;
      leave();
      accounts.remove(who);
      // A client that is open keeps things until it is closed, and forgets them then.
      if (!isOpen) forgetUser(who);
      // Without a connection the token stays good where it was stored; here it is gone.
      if (refresh) await issuer.revoke(refresh).catch(() => {});
    },
  };
}

/** The server knows what the user is called here: Cognito's name, encoded, or the claim that the deployer chose. */
async function whoIs(access: string): Promise<Me> {
  const response = await fetch('/api/me', { headers: { authorization: `Bearer ${access}` } }).catch(() => {
    throw new Error('The server cannot be reached. Check your connection and try again.');
  });
  if (response.status === 401)
    throw new Error('The server does not take this sign-in: is the page another deployment’s?');
  if (!response.ok) throw new Error('The server has a problem. Try again in a moment.');
  return response.json();
}
