import { signal } from '@preact/signals';

/** What the page shows, as its address says behind `#`: so that Back, reload and a link lead there. */
export type Route = { readonly at: 'inbox' } | { readonly at: 'conversation'; readonly name: string };

/** @param hash `#/c/alice_bob`, `#/c/room%3Alobby`; anything else is the inbox */
export function routeOf(hash: string): Route {
  const [, name] = /^#\/c\/(.+)$/.exec(hash) ?? [];
  try {
    return name === undefined ? { at: 'inbox' } : { at: 'conversation', name: decodeURIComponent(name) };
  } catch {
    return { at: 'inbox' };
  }
}

export function addressOf(route: Route): string {
  return route.at === 'inbox' ? '#/' : `#/c/${encodeURIComponent(route.name)}`;
}

export const route = signal(routeOf(location.hash));
addEventListener('hashchange', () => {
  route.value = routeOf(location.hash);
});

export function go(to: Route): void {
  location.hash = addressOf(to);
}
