import { signal } from '@preact/signals';
import { closeLayers, type Entry, entry, writeEntry } from './ui/layers.ts';

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
if (!history.state) writeEntry(entryOf(route.peek(), 0));
addEventListener('hashchange', () => {
  const next = parseRoute(location.hash);
  if (!history.state) writeEntry(entryOf(next, entry().at + 1));
  closeLayers();
  route.value = next;
});

function entryOf({ page }: Route, at: number): Entry {
  return { at, inbox: page === 'inbox' ? at : entry().inbox };
}

/** Shows another page. The inbox takes the place of what was shown: whoever leaves a conversation for good does not come back to it by Back. */
export function navigate(to: Route, { replace = to.page === 'inbox' } = {}): void {
  closeLayers();
  if (hrefOf(to) === location.hash) return;
  if (!replace && !entry().layer) {
    location.hash = hrefOf(to);
    return;
  }
  writeEntry(entryOf(to, entry().at), hrefOf(to));
  route.value = to;
}

/** Goes back to the inbox, so that Back does not lead into the conversation again. */
export function backToInbox(): void {
  const { at, inbox } = entry();
  if (inbox === undefined) navigate({ page: 'inbox' });
  else history.go(inbox - at);
}

/** The message that the address names is shown: the same link leads to it again, and a reload to where the user is by then. */
export function arrive(): void {
  const here = route.peek();
  if (here.page !== 'conversation') return;
  route.value = { page: here.page, name: here.name };
  writeEntry(entry(), hrefOf(route.value));
}

/** Counts the attempts to open the shown conversation. */
export const openAttempts = signal(0);

/** Opens the shown conversation again: the user may have been given access since. */
export function reopen(): void {
  openAttempts.value++;
}
