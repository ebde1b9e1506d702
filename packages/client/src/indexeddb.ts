/** `@parley/client/indexeddb`: an outbox that survives the page, in browsers. */
import type { Sending } from './outbox.ts';
import type { OutboxStore } from './outbox-store.ts';

/**
 * Unacknowledged messages in a database of the browser's own.
 * @param name one for each user, so that nobody sends what another wrote
 * @example createChat({ …, outbox: indexedDbOutbox('alice') })
 */
export function indexedDbOutbox(name: string): OutboxStore {
  let database: Promise<IDBDatabase> | undefined;

  function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(`parley-outbox-${name}`, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('sending', { keyPath: 'client_id' });
    return answerOf(request);
  }

  async function use<T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    database ??= open();
    const transaction = (await database).transaction('sending', mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const answer = await answerOf(what(transaction.objectStore('sending')));
    await done;
    return answer;
  }

  return {
    load: () => use<Sending[]>('readonly', (store) => store.getAll()),
    put: async (sending) => void (await use('readwrite', (store) => store.put(sending))),
    delete: async (clientId) => void (await use('readwrite', (store) => store.delete(clientId))),
  };
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
