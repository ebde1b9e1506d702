import type { Chat } from '@parley/client';
import { observed } from './observed.ts';

/** A part of the client that a first visit does not need, and so is none of `Messenger`: made at its first use, once for each chat. */
export function perChat<Part extends { subscribe(listener: () => void): () => void }>(
  create: (chat: Chat) => Part,
): (chat: Chat) => Part {
  const made = new WeakMap<Chat, Part>();
  return (chat) => {
    const part = made.get(chat) ?? observed(create(chat));
    made.set(chat, part);
    return part;
  };
}
