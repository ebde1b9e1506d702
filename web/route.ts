import { signal } from '@preact/signals';

/** What the page shows. It is kept behind the `#` of the address, so that Back, reload and links work. */
export type Route =
  | { readonly page: 'inbox' }
  /** `seq`: at a message. */
  | { readonly page: 'conversation'; readonly name: string; readonly seq?: number }
  /** The address of an invite link. */
  | { readonly page: 'join'; readonly code: string };

/** @param hash `#/c/alice_bob`, `#/c/room%3Alobby`, `#/c/alice_bob/m/42`, `#/join/01k…`; anything else is the inbox */
export function parseRoute(hash: string): Route {
  const [, name, seq] = /^#\/c\/(.+?)(?:\/m\/(\d+))?$/.exec(hash) ?? [];
  const [, code] = /^#\/join\/(\w+)$/.exec(hash) ?? [];
  if (code !== undefined) return { page: 'join', code };
  try {
    if (name === undefined) return { page: 'inbox' };
    return { page: 'conversation', name: decodeURIComponent(name), ...(seq && { seq: Number(seq) }) };
  } catch {
    return { page: 'inbox' };
  }
}

export function hrefOf(route: Route): string {
  if (route.page === 'join') return `#/join/${route.code}`;
  if (route.page === 'inbox') return '#/';
  return `#/c/${encodeURIComponent(route.name)}${route.seq === undefined ? '' : `/m/${route.seq}`}`;
}

export const route = signal(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function navigate(to: Route): void {
  location.hash = hrefOf(to);
}

/** The message that the address names is shown: the same link leads to it again, and a reload to where the user is by then. */
export function arrive(): void {
  const here = route.peek();
  if (here.page !== 'conversation') return;
  route.value = { page: here.page, name: here.name };
  history.replaceState(history.state, '', hrefOf(route.value));
}

/** Counts the attempts to open the shown conversation. */
export const openAttempts = signal(0);

/** Opens the shown conversation again: the user may have been given access since. */
export function reopen(): void {
  openAttempts.value++;
}
