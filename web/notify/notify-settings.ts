import { sharedCache } from '../worker/messages.ts';
import { type NotifySettings, usualSettings } from '../worker/quiet-hours.ts';

/** How this device notifies, where the service worker reads it too. */
export async function loadNotifySettings(): Promise<NotifySettings> {
  const kept = await (await caches.open(sharedCache.name)).match(sharedCache.settings);
  return kept ? kept.json() : usualSettings;
}

export async function saveNotifySettings(settings: NotifySettings): Promise<void> {
  await (await caches.open(sharedCache.name)).put(sharedCache.settings, Response.json(settings));
}
