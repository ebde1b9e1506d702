import { createDevices } from '@parley/client/devices';
import { sharedCache } from '../worker/messages.ts';
import { keepDevice, readDevice, type Server } from './push-device.ts';

/** Registers this browser for pushes, or prolongs the registration. Does nothing if the server sends no pushes. */
export async function registerDevice(server: Server, me: string): Promise<void> {
  const devices = createDevices(server);
  const { web } = await devices.kinds();
  if (!web) return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await subscribe(pushManager, web.public_key);
  const device = readDevice() ?? crypto.randomUUID();
  keepDevice(device);
  await devices.register(device, { platform: 'web', ...subscription.toJSON() });
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
