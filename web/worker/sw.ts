/** The page's service worker: the page without a connection, and notifications while it is away. */
import type { WorkerScope } from './scope.ts';
import { answer, dropFormer, fetchShell } from './shell.ts';
import { openNews, showNews } from './show-news.ts';
import { kept, type News } from './words.ts';

declare const self: WorkerScope;

// The former version's pages need nothing of it that is not on the server too, so that none of them has to be waited for.
self.addEventListener('install', (event) => event.waitUntil(fetchShell().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(dropFormer()));
self.addEventListener('fetch', (event) => {
  const found = answer(event.request);
  if (found) event.respondWith(found);
});
self.addEventListener('message', (event) => event.waitUntil(showNews(event.data as News)));
self.addEventListener('notificationclick', (event) => event.waitUntil(openNews(event.notification)));
self.addEventListener('push', (event) => event.waitUntil(showPush(event.data?.json())));

/** @param push as docs/protocol.md, "Pushes", says */
async function showPush(push: unknown): Promise<void> {
  const owner = await (await caches.open(kept.cache)).match(kept.owner);
  await showNews({ ...(push as Omit<News, 'user'>), user: (await owner?.text()) ?? '' });
}
