/** The accounts that are signed in with this browser. They are kept in localStorage, so that all tabs share them. */

import { signal } from '@preact/signals';
import { kept, keysOf } from '../ui/storage.ts';

export interface Account {
  readonly username: string;
  /** Display name. */
  readonly name: string;
  readonly access: string;
  /** Undefined after the issuer has rejected it: the user has to sign in again. */
  readonly refresh?: string;
  /** ms since 1970, when a tab last switched to this account */
  readonly usedAt: number;
}

const prefix = 'parley.account.';

export function createAccounts() {
  /** Last used first; a new array whenever any tab changes an account. */
  const all = signal(readAll());
  const update = () => {
    all.value = readAll();
  };
  addEventListener('storage', ({ key }) => {
    if (key === null || key.startsWith(prefix)) update();
  });
  return {
    all,
    read,
    write(account: Account): void {
      kept.setItem(prefix + account.username, JSON.stringify(account));
      update();
    },
    remove(username: string): void {
      kept.removeItem(prefix + username);
      update();
    },
  };
}

function readAll(): readonly Account[] {
  return keysOf(kept)
    .filter((key) => key.startsWith(prefix))
    .flatMap((key) => read(key.slice(prefix.length)) ?? [])
    .sort((a, b) => b.usedAt - a.usedAt);
}

/** Reads localStorage: another tab may have changed it a moment ago. */
function read(username: string): Account | undefined {
  try {
    return JSON.parse(kept.getItem(prefix + username) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
