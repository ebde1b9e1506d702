/** `@parley/client/indexeddb`: an outbox store for browsers that survives the page. */
import type { OutboxItem, OutboxStore } from './outbox.ts';

/**
 * Keeps unacknowledged items in a database of the browser.
 * @param name one per user, so that nobody sends another user's messages
 * @example createChat({ …, outbox: indexedDbOutbox('alice') })
 */
export function indexedDbOutbox(name: string): OutboxStore & {
  /** Deletes all items, for example when the user signs out. */
  clear(): Promise<void>;
} {
  let database: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(`parley-outbox-${name}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('sending', { keyPath: 'client_id' });
    return resultOf(request);
  }

  async function use<T>(mode: IDBTransactionMode, run: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    database ??= open();
    const transaction = (await database).transaction('sending', mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await resultOf(run(transaction.objectStore('sending')));
    await done;
    return result;
  }

  return {
    load: () => use<OutboxItem[]>('readonly', (store) => store.getAll()),
    put: async (item) => void (await use('readwrite', (store) => store.put(item))),
    delete: async (clientId) => void (await use('readwrite', (store) => store.delete(clientId))),
    clear: () => use('readwrite', (store) => store.clear()),
  };
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
