import type { Chat, OutboxItem } from '@parley/client';
import { type Signal, signal } from '@preact/signals';

/** What will never be accepted as it is, and why, in a sentence. */
export interface Refused {
  readonly item: OutboxItem;
  readonly why: string;
}

const all = new WeakMap<Chat, Signal<readonly Refused[]>>();

/**
 * Keeps what the server refuses, in this browser, until somebody decides what becomes of it: to be called when the client is made, because
 * that may also be what an earlier page left.
 */
export function keepRefused(chat: Chat, user: string): void {
  const place = `parley.rejected.${user}`;
  const refused = signal<readonly Refused[]>(JSON.parse(localStorage.getItem(place) ?? '[]'));
  all.set(chat, refused);
  refused.subscribe((now) => {
    try {
      if (now.length > 0) localStorage.setItem(place, JSON.stringify(now));
      else localStorage.removeItem(place);
    } catch {
      // The browser keeps no more: the page still has them.
    }
  });
  chat.onRejected(({ item, error }) => {
    refused.value = [...refused.value, { item, why: error.message }];
  });
}

/** Those of a conversation, oldest first. */
export function refusedOf(chat: Chat, conversation: string): readonly Refused[] {
  return all.get(chat)?.value.filter(({ item }) => item.conversation === conversation) ?? [];
}

export function dropRefused(chat: Chat, { item }: Refused): void {
  const refused = all.get(chat);
  if (refused) refused.value = refused.value.filter((one) => one.item.client_id !== item.client_id);
}
