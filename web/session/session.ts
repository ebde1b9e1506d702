import { type Me, tokenExpiresAt } from '@parley/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { keptInTab } from '../ui/storage.ts';
import { t } from '../words/words.ts';
import { createAccounts } from './accounts.ts';
import { forgetUser } from './forget-user.ts';
import { type Account, isSignedIn, tabKey, userOfTab } from './stored-accounts.ts';
import { SessionEnded, type TokenIssuer, type Tokens } from './tokens.ts';

/** The account of this tab. Several accounts can be signed in with one browser; each tab uses one of them. */
export interface Session {
  /** The user name; undefined if no user is signed in in this tab. */
  readonly user: ReadonlySignal<string | undefined>;
  /** The accounts of this browser, also those whose session has expired; last used first. */
  readonly accounts: ReadonlySignal<readonly Account[]>;
  /** Why the user is no longer signed in: a sentence. */
  readonly ended: ReadonlySignal<string | undefined>;
  /**
   * For `createChat`: a token that stays valid for at least two minutes, or null if the user has to sign in again.
   * @param refused a token that the server rejected
   * @param username default: the user of this tab
   * @throws Error if the issuer cannot be reached; the session is kept
   */
  token(refused?: string, username?: string): Promise<string | null>;
  /** Adds an account and uses it in this tab. @throws Error with a sentence for the user */
  add(tokens: Tokens): Promise<void>;
  /** Switches this tab to another account of this browser. */
  use(username: string): void;
  /** Leads this tab back to the sign-in page, without signing out. */
  leave(): void;
  /** A display name was loaded, or has changed. Nothing happens if it is that of nobody who is signed in. */
  rename(user: { readonly username: string; readonly name: string }): void;
  /**
   * Signs out in all tabs, and removes what this browser stored for the user.
   * @param username default: the user of this tab
   */
  signOut(username?: string): Promise<void>;
}

/** A token that expires sooner is refreshed first. Longer than the client's own margin. */
const marginMs = 120_000;

export function createSession(issuer: TokenIssuer): Session {
  const accounts = createAccounts();
  const tab = signal(userOfTab(accounts.all.value));
  const user = computed(
    () => accounts.all.value.find((account) => account.username === tab.value && isSignedIn(account))?.username,
  );
  const ended = computed(() => {
    if (tab.value === undefined || user.value !== undefined) return undefined;
    const hasExpired = accounts.all.value.some(({ username }) => username === tab.value);
    return hasExpired
      ? t('The session of {name} has ended. Sign in again.', { name: tab.value })
      : t('{name} has signed out in another tab.', { name: tab.value });
  });
  if (user.value !== undefined) use(user.value);

  function use(username: string): void {
    const account = accounts.read(username);
    if (account) accounts.write({ ...account, usedAt: Date.now() });
    keptInTab.setItem(tabKey, username);
    tab.value = username;
  }

  function leave(): void {
    keptInTab.removeItem(tabKey);
    tab.value = undefined;
  }

  /** Runs in one tab at a time, so that the other tabs find the new token in the store. */
  async function refresh(username: string, refused: string | undefined): Promise<string | null> {
    const account = accounts.read(username);
    if (account?.refresh === undefined) return null;
    const { access, refresh: old } = account;
    if (access !== refused && (tokenExpiresAt(access) ?? 0) > Date.now() + marginMs) return access;
    const given = await issuer.refresh(old).catch((error: Error) => {
      if (error instanceof SessionEnded) return undefined;
      throw error;
    });
    // The user may have signed out, or in again, in the meantime.
    const now = accounts.read(username);
    if (now?.refresh !== old) return now?.access ?? null;
    if (given) accounts.write({ ...now, access: given.access, refresh: given.refresh ?? old });
    else accounts.write({ ...now, access: '', refresh: undefined });
    return given?.access ?? null;
  }

  return {
    user,
    ended,
    use,
    leave,
    accounts: accounts.all,
    token(refused, username = user.peek()) {
      if (username === undefined) return Promise.resolve(null);
      let isAsking = false;
      const ask = () => {
        isAsking = true;
        return refresh(username, refused);
      };
      if (!navigator.locks) return ask();
      return navigator.locks.request(`parley.token.${username}`, ask).catch((error) => {
        // Browsers that keep nothing for a page refuse their locks, too: then this tab shares no store with others.
        if (isAsking) throw error;
        return ask();
      });
    },
    async add({ access, refresh }) {
      const { username, name } = await whoIs(access);
      accounts.write({ username, name, access, refresh: refresh ?? '', usedAt: Date.now() });
      use(username);
    },
    rename({ username, name }) {
      const account = accounts.read(username);
      if (account && account.name !== name) accounts.write({ ...account, name });
    },
    async signOut(username = user.peek()) {
      if (username === undefined) return;
      const refresh = accounts.read(username)?.refresh;
      const isOpen = user.peek() === username;
      leave();
      accounts.remove(username);
      // An open client still writes to the store; its user is forgotten when it is closed, in app.tsx.
      if (!isOpen) forgetUser(username);
      // If this fails, the token stays valid at the issuer, but it is already removed from this browser.
      if (refresh) await issuer.revoke(refresh).catch(() => {});
    },
  };
}

/** Asks the server for the user name: it is an encoded form of Cognito's name, or of the claim that the deployer chose. */
async function whoIs(access: string): Promise<Me> {
  const response = await fetch('/api/me', { headers: { authorization: `Bearer ${access}` } }).catch(() => {
    throw new Error(t('The server cannot be reached. Check your connection and try again.'));
  });
  if (response.status === 401)
    throw new Error(t('The server does not accept this sign-in. Does this page belong to another deployment?'));
  if (!response.ok) throw new Error(t('The server has a problem. Try again in a moment.'));
  return response.json();
}
