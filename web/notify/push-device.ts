/** Pushes to this browser while no tab of it is open: docs/protocol.md, "Pushes". Of several people the one who came last gets them. */
import type { Chat } from '@parley/client';
import type { PushAnswer } from '../../protocol/http.ts';
import { kept } from '../worker/words.ts';

type Server = Pick<Chat, 'request'>;

const place = 'parley.device';
/** What the browser calls itself. */
const deviceOf = () => localStorage.getItem(place) ?? undefined;

/** Has pushes come here, where the server sends any; again: it lasts longer. */
export async function registerDevice(server: Server, me: string): Promise<void> {
  const { web } = await server.request<PushAnswer>('GET', '/push');
  if (!web) return;
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await subscribe(pushManager, web.public_key);
  const device = deviceOf() ?? crypto.randomUUID();
  localStorage.setItem(place, device);
  await server.request('PUT', `/devices/${device}`, { platform: 'web', ...subscription.toJSON() });
  await (await caches.open(kept.cache)).put(kept.owner, new Response(me));
}

/** A subscription belongs to the key that it was made with: where the deployer has another now, it is made anew. */
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

/** Nothing of this user is pushed here any more. Without a connection the server finds that out by itself. */
export async function forgetDevice(server: Server, me: string): Promise<void> {
  const device = deviceOf();
  if (device === undefined) return;
  const cache = await caches.open(kept.cache);
  const owner = await (await cache.match(kept.owner))?.text();
  const told = server.request('DELETE', `/devices/${device}`).catch(() => {});
  if (owner === me) {
    await cache.delete(kept.owner);
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe().catch(() => {});
  }
  await told;
}
