/** The accounts that are signed in with this browser. They are kept in localStorage, so that all tabs share them. */

import { signal } from '@preact/signals';
import { kept } from '../ui/storage.ts';
import { type Account, prefix, read, readAll } from './stored-accounts.ts';

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
