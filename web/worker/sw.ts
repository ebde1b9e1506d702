/** The page's service worker: it serves the page offline, and shows notifications while no tab is open. */
import { type MessageNotification, sharedCache } from './messages.ts';
import { openNotification, showNotification } from './notifications.ts';
import { cacheFiles, cacheLater, deleteOldCaches, respond } from './page-cache.ts';

declare const self: ServiceWorkerGlobalScope;

// A new worker need not wait for the pages of the former version: all their files are still on the server.
self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  if (event.request.mode === 'navigate') event.waitUntil(cacheLater());
  const response = respond(event.request);
  if (response) event.respondWith(response);
});
self.addEventListener('message', (event) => event.waitUntil(showNotification(event.data as MessageNotification)));
self.addEventListener('notificationclick', (event) => event.waitUntil(openNotification(event.notification)));
self.addEventListener('push', (event) => event.waitUntil(showPush(event.data?.json())));

async function install(): Promise<void> {
  await cacheFiles();
  await cacheLater();
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  await deleteOldCaches();
  // The page of the first visit then has its later parts without a connection as well.
  await self.clients.claim();
}

/** @param push as in docs/protocol.md, "Pushes" */
async function showPush(push: unknown): Promise<void> {
  const owner = await (await caches.open(sharedCache.name)).match(sharedCache.owner);
  await showNotification({ ...(push as Omit<MessageNotification, 'user'>), user: (await owner?.text()) ?? '' }, true);
}
