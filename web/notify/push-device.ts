/** Pushes to this browser while no tab of it is open: docs/protocol.md, "Pushes". If it has several users, the last registered one gets them. */

import type { Chat } from '@parley/client';
import { createDevices } from '@parley/client/devices';
import { kept } from '../ui/storage.ts';
import { sharedCache } from '../worker/messages.ts';

export type Server = Pick<Chat, 'request'>;

const storageKey = 'parley.device';
/** Keeps the id that this browser is registered with. */
export const keepDevice = (device: string) => kept.setItem(storageKey, device);
/** The id that this browser is registered with. */
export const readDevice = () => kept.getItem(storageKey) ?? undefined;

/** Ends the pushes for this user. Without a connection the server learns it later from the push service. */
export async function forgetDevice(server: Server, me: string): Promise<void> {
  const device = readDevice();
  if (device === undefined) return;
  const cache = await caches.open(sharedCache.name);
  const owner = await (await cache.match(sharedCache.owner))?.text();
  const deletion = createDevices(server)
    .forget(device)
    .catch(() => {});
  if (owner === me) {
    await cache.delete(sharedCache.owner);
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe().catch(() => {});
  }
  await deletion;
}
