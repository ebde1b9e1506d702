/** `@parley/client/indexeddb`: an outbox store for browsers that survives the page. */
import { withPresentNames } from './former-item.ts';
import type { OtherPages, OutboxItem, OutboxStore } from './outbox.ts';

/** An item as it is stored, with the id of the page that sends it. Earlier versions stored none. */
type Stored = OutboxItem & { readonly page?: string };

/** A page that has not sent its item for this long sleeps, or has no connection: then nobody else has one either. */
const sleepMs = 30_000;

/** What pages tell each other. */
type News = { readonly put: Stored } | { readonly gone: string };

/**
 * Keeps unacknowledged items in a database of the browser. Several tabs may have the same one: each sends its own items and shows those of the
 * others, and when a tab is gone, another one sends what it left. (Browsers have locks in secure contexts alone: elsewhere each tab sends all.)
 * @param name one per user, so that nobody sends another user's messages
 * @example createChat({ …, outbox: indexedDbOutbox('alice') })
 */
export function indexedDbOutbox(name: string): OutboxStore & {
  /** Deletes all items, for example when the user signs out. */
  clear(): Promise<void>;
} {
  const scope = `parley-outbox-${name}`;
  const self = crypto.randomUUID?.() ?? '';
  /** Undefined where the browser keeps nothing for this page. */
  let database: Promise<IDBDatabase | undefined> | undefined;
  let others: OtherPages | undefined;
  let channel: BroadcastChannel | undefined;
  /** What any page has put, as far as this one knows. */
  const known = new Map<string, OutboxItem>();
  const followed = new Set<string | undefined>([undefined, self]);

  async function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(scope, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('sending', { keyPath: 'client_id' });
    return resultOf(request);
  }

  async function use<T>(
    mode: IDBTransactionMode,
    run: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    database ??= open().catch(() => undefined);
    const transaction = (await database)?.transaction('sending', mode);
    if (!transaction) return undefined;
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await resultOf(run(transaction.objectStore('sending')));
    await done;
    return result;
  }

  const all = async () => ((await use<Stored[]>('readonly', (store) => store.getAll())) ?? []).map(withPresentNames);
  /** A browser that keeps nothing for this page refuses its locks as well. */
  const lock = (name: string, run: () => Promise<void>) =>
    navigator.locks?.request(`${scope}-${name}`, run).catch(() => {});
  const tell = (news: News) => channel?.postMessage(news);

  async function put(item: OutboxItem): Promise<void> {
    const stored: Stored = { ...item, page: self };
    known.set(item.client_id, item);
    await use('readwrite', (store) => store.put(stored));
    tell({ put: stored });
  }

  /** The other page may be asleep in the background. */
  async function takeOver({ client_id }: Stored): Promise<void> {
    const item = (await all()).find((one) => one.client_id === client_id);
    if (!item || !others || item.page === self) return;
    await put(item);
    others.onLeft(item);
  }

  /** Another page holds the lock of its name as long as it lives. Then its items are this page's. */
  function follow(page: string): void {
    if (followed.has(page)) return;
    followed.add(page);
    void lock(page, async () => {
      for (const item of await all()) {
        if (item.page !== page || !others) continue;
        await put(item);
        others.onLeft(item);
      }
    });
  }

  return {
    watch(pages) {
      others = pages;
      channel = openChannel(scope);
      const hear = ({ data }: MessageEvent<News>) => {
        if ('gone' in data) {
          const item = known.get(data.gone);
          known.delete(data.gone);
          if (item) pages.onDelete(item);
          return;
        }
        known.set(data.put.client_id, data.put);
        pages.onPut(data.put);
        if (data.put.page) follow(data.put.page);
        setTimeout(() => void takeOver(data.put), sleepMs);
      };
      if (channel) channel.onmessage = hear;
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      void lock(self, () => ended);
      return () => {
        others = undefined;
        channel?.close();
        channel = undefined;
        end();
      };
    },
    async load() {
      const items = await all();
      const { held = [] } = (await navigator.locks?.query().catch(() => undefined)) ?? {};
      const alive = new Set(held.map((lock) => lock.name));
      const isElsewhere = ({ page }: Stored) => page !== self && alive.has(`${scope}-${page}`);
      for (const item of others ? items.filter(isElsewhere) : []) {
        known.set(item.client_id, item);
        others?.onPut(item);
        follow(item.page ?? '');
      }
      return others ? items.filter((item) => !isElsewhere(item)) : items;
    },
    put,
    async delete(clientId) {
      known.delete(clientId);
      await use('readwrite', (store) => store.delete(clientId));
      tell({ gone: clientId });
    },
    clear: () => use('readwrite', (store) => store.clear()),
  };
}

/** Firefox refuses it where it keeps nothing for this page. */
function openChannel(name: string): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel(name);
  } catch {
    return undefined;
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
