/** Pushes to this browser while no tab of it is open: docs/protocol.md, "Pushes". If it has several users, the last registered one gets them. */
import type { Chat } from '@parley/client';
import type { PushAnswer } from '#protocol/http';
import { sharedCache } from '../worker/messages.ts';

type Server = Pick<Chat, 'request'>;

const storageKey = 'parley.device';
/** The id that this browser is registered with. */
const readDevice = () => localStorage.getItem(storageKey) ?? undefined;

/** Registers this browser for pushes, or prolongs the registration. Does nothing if the server sends no pushes. */
export async function registerDevice(server: Server, me: string): Promise<void> {
  const { web } = await server.request<PushAnswer>('GET', '/push');
  if (!web) return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await subscribe(pushManager, web.public_key);
  const device = readDevice() ?? crypto.randomUUID();
  localStorage.setItem(storageKey, device);
  await server.request('PUT', `/devices/${device}`, { platform: 'web', ...subscription.toJSON() });
  await (await caches.open(sharedCache.name)).put(sharedCache.owner, new Response(me));
}

/** A subscription belongs to the server's key: if the deployer has replaced the key, a new subscription is needed. */
async function subscribe(manager: PushManager, key: string): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await manager.subscribe(options);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error;
    await (await manager.getSubscription())?.unsubscribe();
    return manager.subscribe(options);
  }
}

/** Ends the pushes for this user. Without a connection the server learns it later from the push service. */
export async function forgetDevice(server: Server, me: string): Promise<void> {
  const device = readDevice();
  if (device === undefined) return;
  const cache = await caches.open(sharedCache.name);
  const owner = await (await cache.match(sharedCache.owner))?.text();
  const deletion = server.request('DELETE', `/devices/${device}`).catch(() => {});
  if (owner === me) {
    await cache.delete(sharedCache.owner);
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe().catch(() => {});
  }
  await deletion;
}
