/** The accounts of this browser, as they are stored. Without signals, for the script that runs before the page's. */
import { kept, keptInTab } from '../ui/storage.ts';

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

export const prefix = 'parley.account.';
export const tabKey = 'parley.user';

/** Last used first. */
export function readAll(): readonly Account[] {
  return kept
    .keys()
    .filter((key) => key.startsWith(prefix))
    .flatMap((key) => read(key.slice(prefix.length)) ?? [])
    .sort((a, b) => b.usedAt - a.usedAt);
}

/** Reads the store: another tab may have changed it a moment ago. */
export function read(username: string): Account | undefined {
  try {
    return JSON.parse(kept.getItem(prefix + username) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

/** The user of this tab. A new tab uses the account that was used last. */
export function userOfTab(all: readonly Account[]): string | undefined {
  return keptInTab.getItem(tabKey) ?? all.find(isSignedIn)?.username;
}

export const isSignedIn = ({ refresh }: Account) => refresh !== undefined;
