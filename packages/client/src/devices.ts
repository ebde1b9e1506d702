/** `@parley/client/devices`: devices that get pushes while the user is offline. */
import type { Chat } from './chat.ts';
import type { DevicesAnswer, PushAnswer } from './protocol.ts';

/** `web` is what a browser's `PushSubscription` says of itself: `subscription.toJSON()`. Of an app: the device's token at FCM is its id. */
export type PushDevice = ({ readonly platform: 'web' } & PushSubscriptionFields) | { readonly platform: 'fcm' };

interface PushSubscriptionFields {
  readonly endpoint?: string;
  readonly expirationTime?: number | null;
  readonly keys?: Readonly<Record<string, string>>;
}

/** The user’s devices that get pushes. */
export interface Devices {
  /** What the server pushes to. `web` is null if it is not browsers; else its `public_key` is the `applicationServerKey` of a subscription. @throws ParleyError */
  kinds(): Promise<PushAnswer>;
  /** All of the user's. @throws ParleyError */
  list(): Promise<DevicesAnswer['devices']>;
  /** Registers a device, or prolongs its registration. @param id the program's own id of a browser; of an app, its token at FCM. @throws ParleyError */
  register(id: string, device: PushDevice): Promise<void>;
  /** @throws ParleyError */
  forget(id: string): Promise<void>;
}

/** Devices of a chat. It requests nothing before its functions are called. */
export function createDevices(chat: Pick<Chat, 'request'>): Devices {
  const pathOf = (id: string) => `/devices/${encodeURIComponent(id)}`;
  return {
    kinds: () => chat.request('GET', '/push'),
    list: async () => (await chat.request<DevicesAnswer>('GET', '/me/devices')).devices,
    register: (id, device) => chat.request('PUT', pathOf(id), device),
    forget: (id) => chat.request('DELETE', pathOf(id)),
  };
}
