import type { Chat } from '@parley/client';
import { effect } from '@preact/signals';
import { unkept } from '../ui/storage.ts';
import { fileCountOf, forwarding, unsentFiles } from './unsent-files.ts';
import { unsentTexts } from './unsent-texts.ts';

/** What a page alone has of its user, and what ends with it. */
export interface Held {
  readonly files: number;
  /** Messages that are forwarded to a conversation that cannot be opened yet. */
  readonly forwarded: number;
  /** The names of texts for which the browser has no room. */
  readonly texts: readonly string[];
}

/** What this page holds. */
export function heldHere(chat: Chat, user: string): Held {
  const forwarded = fileCountOf(chat, forwarding).value;
  return { files: unsentFiles(chat) - forwarded, forwarded, texts: unsentTexts(user, [...unkept.keys()]) };
}

/** User names have no spaces. */
const prefixOf = (user: string) => `parley-held-${user} `;
const page = crypto.randomUUID?.();
const ends = new WeakMap<Chat, () => void>();

/**
 * From now on the other tabs can see what this page holds. It is the name of a lock, because that goes with the page, however the page ends, and a
 * page that sleeps has it too. Browsers have locks in secure contexts alone.
 */
export function tellTabs(chat: Chat, user: string): void {
  // There may be another conversation now, whose files have to be watched.
  ends.get(chat)?.();
  if (!navigator.locks || chat.state.status === 'closed') return;
  let release = () => {};
  const stop = effect(() => {
    release();
    const held = heldHere(chat, user);
    if (held.files + held.forwarded + held.texts.length === 0) return;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    // A browser that keeps nothing for this page refuses it: then no tab has the session of another one.
    navigator.locks.request(prefixOf(user) + JSON.stringify({ page, ...held }), () => released).catch(() => {});
  });
  const end = () => {
    stop();
    stopState();
    release();
  };
  const stopState = chat.onState(({ status }) => status === 'closed' && end());
  ends.set(chat, end);
}

/** What the other tabs of a user hold. */
export async function heldElsewhere(user: string): Promise<readonly Held[]> {
  const { held = [], pending = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
  const prefix = prefixOf(user);
  return [...held, ...pending].flatMap(({ name = '' }) => {
    if (!name.startsWith(prefix)) return [];
    const told: Held & { readonly page: string } = JSON.parse(name.slice(prefix.length));
    return told.page === page ? [] : [told];
  });
}
