import { signal } from '@preact/signals';

/** What the page shows. It is kept behind the `#` of the address, so that Back, reload and links work. */
export type Route =
  | { readonly page: 'inbox' }
  | { readonly page: 'conversation'; readonly name: string }
  /** The address of an invite link. */
  | { readonly page: 'join'; readonly code: string };

/** @param hash `#/c/alice_bob`, `#/c/room%3Alobby`, `#/join/01k…`; anything else is the inbox */
export function parseRoute(hash: string): Route {
  const [, name] = /^#\/c\/(.+)$/.exec(hash) ?? [];
  const [, code] = /^#\/join\/(\w+)$/.exec(hash) ?? [];
  if (code !== undefined) return { page: 'join', code };
  try {
    return name === undefined ? { page: 'inbox' } : { page: 'conversation', name: decodeURIComponent(name) };
  } catch {
    return { page: 'inbox' };
  }
}

export function hrefOf(route: Route): string {
  if (route.page === 'join') return `#/join/${route.code}`;
  return route.page === 'inbox' ? '#/' : `#/c/${encodeURIComponent(route.name)}`;
}

export const route = signal(parseRoute(location.hash));
addEventListener('hashchange', () => {
  route.value = parseRoute(location.hash);
});

export function navigate(to: Route): void {
  location.hash = hrefOf(to);
}

/** Counts the attempts to open the shown conversation. */
export const openAttempts = signal(0);

/** Opens the shown conversation again: the user may have been given access since. */
export function reopen(): void {
  openAttempts.value++;
}
