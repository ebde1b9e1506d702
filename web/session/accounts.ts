/** Who is signed in with this browser: in its store, so that all its tabs know. */
import { type ReadonlySignal, signal } from '@preact/signals';

export interface Account {
  /** As Parley calls the user. */
  readonly username: string;
  /** The name that is shown. */
  readonly name: string;
  readonly access: string;
  /** Absent once the issuer has refused it: one has to sign in again. */
  readonly refresh?: string;
  /** ms since 1970 when a tab began to use it */
  readonly usedAt: number;
}

export interface Accounts {
  /** Used last first; another array whenever any tab changed one. */
  readonly all: ReadonlySignal<readonly Account[]>;
  /** As the store has it now: another tab may have changed it a moment ago. */
  read(username: string): Account | undefined;
  write(account: Account): void;
  remove(username: string): void;
}

const place = 'parley.account.';

export function createAccounts(): Accounts {
  const all = signal(readAll());
  const look = () => {
    all.value = readAll();
  };
  addEventListener('storage', ({ key }) => {
    if (key === null || key.startsWith(place)) look();
  });
  return {
    all,
    read,
    write(account) {
      localStorage.setItem(place + account.username, JSON.stringify(account));
      look();
    },
    remove(username) {
      localStorage.removeItem(place + username);
      look();
    },
  };
}

function readAll(): readonly Account[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(place))
    .flatMap((key) => read(key.slice(place.length)) ?? [])
    .sort((a, b) => b.usedAt - a.usedAt);
}

function read(username: string): Account | undefined {
  try {
    return JSON.parse(localStorage.getItem(place + username) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
