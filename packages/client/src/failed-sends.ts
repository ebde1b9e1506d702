/** `@parley/client/failed-sends`: messages and changes that the server refused for good, kept until the user decides about them. */
import type { Chat } from './chat.ts';
import type { Conversation } from './conversation.ts';
import { createEmitter } from './emitter.ts';
import type { OutboxItem } from './outbox.ts';
import type { ErrorCode, Message } from './protocol.ts';

/** Plain JSON. */
export interface FailedSend {
  readonly item: OutboxItem;
  /** Earlier versions stored none. */
  readonly code?: ErrorCode;
  /** The reason, in the server's words. */
  readonly why: string;
}

/** Where failed sends are kept, such as `localStorage`. All tabs of a browser have the same one. */
export interface FailedSendStore {
  load(): readonly FailedSend[];
  /** May fail: this page still has them. */
  save(failed: readonly FailedSend[]): void;
  /** Calls `listener` when another tab has saved. @returns a function that ends the subscription */
  subscribe?(listener: () => void): () => void;
}

/** What the server refused. Close it when its chat is closed. */
export interface FailedSends {
  /** All, oldest first. A new array after each change. */
  readonly all: readonly FailedSend[];
  /** Those of a conversation, oldest first. */
  of(conversation: string): readonly FailedSend[];
  /** Forgets it: the user has discarded it, or goes on with its text. */
  drop(failed: FailedSend): void;
  /** Sends it as a new one. It throws a `ParleyError` when the server refuses it once more, which is another failed send. */
  retry(failed: FailedSend, conversation: Conversation): Promise<Message>;
  /** Calls `listener` after each change. @returns a function that ends the subscription */
  subscribe(listener: () => void): () => void;
  close(): void;
}

/**
 * To be called when the client is created: what fails may have been left in the outbox by an earlier page.
 * @param store default: none, and failed sends end with the page
 */
export function createFailedSends(chat: Pick<Chat, 'onRejected'>, store?: FailedSendStore): FailedSends {
  const changes = createEmitter<void>();
  let all: readonly FailedSend[] = store?.load() ?? [];

  /** Begins with what is stored, so that what another tab has saved is not lost. */
  function update(change: (failed: readonly FailedSend[]) => readonly FailedSend[]): void {
    all = change(store?.load() ?? all);
    try {
      store?.save(all);
    } catch {
      // The store is full.
    }
    changes.emit();
  }

  const without = (failed: readonly FailedSend[], { item }: FailedSend) =>
    failed.filter((other) => other.item.client_id !== item.client_id);
  const drop = (failed: FailedSend) => update((stored) => without(stored, failed));
  const stops = [
    chat.onRejected(({ item, error }) => {
      const failed = { item, code: error.code, why: error.message };
      update((stored) => [...without(stored, failed), failed]);
    }),
    store?.subscribe?.(() => {
      all = store.load();
      changes.emit();
    }),
  ];

  return {
    get all() {
      return all;
    },
    of: (conversation) => all.filter(({ item }) => item.conversation === conversation),
    drop,
    retry(failed, conversation) {
      drop(failed);
      return sendAgain(conversation, failed.item.action);
    },
    subscribe: changes.subscribe,
    close() {
      for (const stop of stops) stop?.();
    },
  };
}

function sendAgain(conversation: Conversation, action: OutboxItem['action']): Promise<Message> {
  switch (action.type) {
    case 'create': {
      const { type, ...content } = action;
      return conversation.send(content);
    }
    case 'edit':
      return conversation.edit(action.seq, action.message);
    case 'delete':
      return conversation.delete(action.seq);
    case 'react':
      return conversation.react(action.seq, action.emoji, { remove: action.remove });
  }
}
