/** Which devices a user is pushed to. What a device's item says decides; the list on the user's item follows. */
import { ECDH } from 'node:crypto';
import { ChatError } from '#protocol/errors';
import type { DeviceBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { isPushEndpoint } from '#protocol/push-services';
import type { Services } from '../runtime/services.ts';
import {
  endPushDevice,
  getPushDevice,
  getPushDevices,
  type PushDevice,
  pushDeviceId,
  putPushDevice,
  shortHash,
} from '../store/push-device.ts';
import { ensureUser, getUser, type User } from '../store/user.ts';
import { addUserPushDevice, dropUserPushDevice } from '../store/user-push-devices.ts';
import type { Caller } from './require-membership.ts';

/** s */
const lifetime = limits.deviceDays * 86_400;
/** s; what was renewed within them is not written again, so that a page may register whenever it is opened */
const fresh = 86_400;

/**
 * Pushes go to this device from now on, and to nobody else's name: whose it was before is not pushed to on it any more.
 * @param token what the device is called: FCM's token, or a browser's name for itself
 * @throws ChatError `invalid_frame` for an address that is no push service's or a key that is none
 */
export async function registerPushDevice(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  caller: Caller,
  token: string,
  body: DeviceBody,
): Promise<void> {
  const { username: user } = caller;
  const at = services.now();
  const now = Math.floor(at / 1000);
  const device = toDevice(services, { user, called: shortHash(token), at, expires: now + lifetime }, token, body);
  const known = await ensureUser(services, caller);
  if (isListed(known, device.id, now) && isSame(await getPushDevice(services, device.id), device)) return;

  const outdated = await outdatedOf(services, known, device, now);
  const former = await putPushDevice(services, device);
  await addUserPushDevice(
    services,
    user,
    device,
    outdated.map(({ id }) => id),
  );
  await Promise.all(outdated.map((old) => old.address !== undefined && endPushDevice(services, old)));
  if (former !== undefined && former !== user) await dropUserPushDevice(services, former, device.id);
}

/** Nothing is pushed to this device of the user any more. Again: the same. */
export async function forgetPushDevice(
  services: Pick<Services, 'table' | 'now'>,
  { username }: Caller,
  token: string,
): Promise<void> {
  const user = await getUser(services, username);
  const devices = await getPushDevices(services, user?.pushDevices.map(({ id }) => id) ?? []);
  const called = devices.filter((device) => device.user === username && device.called === shortHash(token));
  for (const device of called) await removePushDevice(services, device);
}

/** Nothing is pushed to any device of the user any more, until it registers again. */
export async function forgetPushDevices(services: Pick<Services, 'table' | 'now'>, username: string): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  await Promise.all(
    (user?.pushDevices ?? []).map(async ({ id }) => {
      const device = await getPushDevice(services, id);
      // What waits in the queue asks the device whose it is.
      if (device?.user === username) await endPushDevice(services, device);
      await dropUserPushDevice(services, username, id);
    }),
  );
}

/** The device is gone, or not wanted. Renewed meanwhile: it stays. */
export async function removePushDevice(services: Pick<Services, 'table' | 'now'>, device: PushDevice): Promise<void> {
  await endPushDevice(services, device);
  await dropUserPushDevice(services, device.user, device.id, device.expires);
}

function toDevice(
  { config }: Pick<Services, 'config'>,
  fields: Pick<PushDevice, 'user' | 'called' | 'at' | 'expires'>,
  token: string,
  body: DeviceBody,
): PushDevice {
  if (body.platform === 'fcm') return { ...fields, platform: 'fcm', id: pushDeviceId('fcm', token), address: token };
  const { endpoint, keys } = body;
  if (!isPushEndpoint(endpoint, config.push.endpoints)) {
    throw new ChatError('invalid_frame', 'endpoint is not the address of a push service known here');
  }
  if (!isPoint(keys.p256dh)) {
    throw new ChatError('invalid_frame', 'keys.p256dh is no point of the curve P-256');
  }
  return { ...fields, platform: 'web', id: pushDeviceId('web', endpoint), address: endpoint, ...keys };
}

/** A key that is none would fail at every push, long after who sent it is gone. */
function isPoint(p256dh: string): boolean {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
    return true;
  } catch {
    return false;
  }
}

function isListed(user: User, id: string, now: number): boolean {
  return user.pushDevices.some((device) => device.id === id && device.expires > now + lifetime - fresh);
}

function isSame(standing: PushDevice | undefined, device: PushDevice): boolean {
  return standing !== undefined && JSON.stringify(identity(standing)) === JSON.stringify(identity(device));
}

function identity(device: PushDevice): unknown[] {
  const { user, called, id } = device;
  return [user, called, id, ...(device.platform === 'web' ? [device.p256dh, device.auth] : [])];
}

/** The user's other devices that go: expired, called the same, or the oldest of too many. */
async function outdatedOf(
  services: Pick<Services, 'table'>,
  user: User,
  { id, called }: PushDevice,
  now: number,
): Promise<(PushDevice | { readonly id: string; readonly address: undefined })[]> {
  const listed = user.pushDevices.filter((device) => device.id !== id);
  const known = await getPushDevices(
    services,
    listed.map((device) => device.id),
  );
  const lasting = listed
    .flatMap((one) => known.find((device) => device.id === one.id && device.user === user.username) ?? [])
    .filter((device) => device.expires > now && device.called !== called)
    .sort((a, b) => b.at - a.at)
    .slice(0, limits.devicesPerUser - 1);
  return listed
    .filter((one) => !lasting.some((device) => device.id === one.id))
    .map((one) => {
      const device = known.find((other) => other.id === one.id);
      return device?.user === user.username ? device : { id: one.id, address: undefined };
    });
}
