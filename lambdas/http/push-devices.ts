import { forgetPushDevice, listPushDevices, registerPushDevice } from '../chat/push-devices.ts';
import type { HttpHandlers } from './handler.ts';

/** The devices that get pushes while their user is offline. */
export const pushDevices: HttpHandlers<
  'forgetDevice' | 'getPushSettings' | 'listDevices' | 'registerDevice' | 'registerToken'
> = {
  async getPushSettings({ config: { push } }) {
    return { web: push.publicKey === undefined ? null : { public_key: push.publicKey }, fcm: push.fcm };
  },

  async listDevices(services, { user }) {
    const devices = await listPushDevices(services, user);
    return {
      devices: devices.map((device) => ({
        id: device.id,
        platform: device.platform,
        service: device.platform === 'web' ? new URL(device.address).host : null,
        registered_at: new Date(device.at).toISOString(),
        expires_at: new Date(device.expires * 1_000).toISOString(),
      })),
    };
  },

  async registerDevice(services, { user, path: { token }, body }) {
    await registerPushDevice(services, user, token, body);
    return undefined;
  },

  async registerToken(services, { user, body: { token } }) {
    await registerPushDevice(services, user, token, { platform: 'fcm' });
    return { token };
  },

  async forgetDevice(services, { caller, path: { token } }) {
    await forgetPushDevice(services, caller, token);
    return undefined;
  },
};
