import type { Chat, OutboxItem } from '@parley/client';
import { type Signal, signal } from '@preact/signals';

/** A message, or a change to one, that the server will never accept. */
export interface FailedSend {
  readonly item: OutboxItem;
  /** The reason: a sentence. */
  readonly why: string;
}

const byChat = new WeakMap<Chat, Signal<readonly FailedSend[]>>();

/**
 * Keeps failed sends in this browser until the user decides about them. To be called when the client is created: the failure may belong to a
 * message that an earlier page left in the outbox.
 */
export function keepFailedSends(chat: Chat, user: string): void {
  const key = `parley.refused.${user}`;
  const stored: (FailedSend | FormerFailedSend)[] = JSON.parse(localStorage.getItem(key) ?? '[]');
  const failed = signal<readonly FailedSend[]>(stored.map(withPresentNames));
  byChat.set(chat, failed);
  failed.subscribe((now) => {
    try {
      if (now.length > 0) localStorage.setItem(key, JSON.stringify(now));
      else localStorage.removeItem(key);
    } catch {
      // The store is full: this page still has them.
    }
  });
  chat.onRejected(({ item, error }) => {
    failed.value = [...failed.value, { item, why: error.message }];
  });
}

/** As an earlier version of the page stored it. */
interface FormerFailedSend {
  readonly sending: Pick<OutboxItem, 'client_id' | 'conversation'> & {
    readonly what: OutboxItem['action'];
    readonly place: number;
    readonly at: number;
  };
  readonly why: string;
}

export function withPresentNames(stored: FailedSend | FormerFailedSend): FailedSend {
  if ('item' in stored) return stored;
  const { what: action, place: order, at: createdAt, ...item } = stored.sending;
  return { item: { ...item, action, order, createdAt }, why: stored.why };
}

/** The failed sends of a conversation, oldest first. */
export function failedSendsOf(chat: Chat, conversation: string): readonly FailedSend[] {
  return byChat.get(chat)?.value.filter(({ item }) => item.conversation === conversation) ?? [];
}

export function dropFailedSend(chat: Chat, { item }: FailedSend): void {
  const failed = byChat.get(chat);
  if (failed) failed.value = failed.value.filter((other) => other.item.client_id !== item.client_id);
}
