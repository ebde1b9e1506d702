import type { Chat, OutboxItem } from '@parley/client';
import { createFailedSends, type FailedSend, type FailedSends } from '@parley/client/failed-sends';
import { kept } from '../ui/storage.ts';

/** Keeps failed sends in this browser until the user decides about them. */
export function keepFailedSends(chat: Pick<Chat, 'onRejected'>, user: string): FailedSends {
  const name = `parley.refused.${user}`;
  return createFailedSends(chat, {
    load() {
      const stored: (FailedSend | FormerFailedSend)[] = JSON.parse(kept.getItem(name) ?? '[]');
      return stored.map(withPresentNames);
    },
    save(failed) {
      if (failed.length > 0) kept.setItem(name, JSON.stringify(failed));
      else kept.removeItem(name);
    },
    subscribe(listener) {
      const hear = ({ key }: StorageEvent) => key === name && listener();
      addEventListener('storage', hear);
      return () => removeEventListener('storage', hear);
    },
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
