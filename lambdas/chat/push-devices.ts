/** A user's push devices. The device's own item decides; the list in the user's item is updated after it. */
import { ECDH } from 'node:crypto';
import { ChatError } from '#protocol/errors';
import type { DeviceBody } from '#protocol/http';
import { limits } from '#protocol/limits';
import { isPushEndpoint } from '#protocol/push-services';
import type { Services, Store, TimedStore } from '../runtime/services.ts';
import {
  endPushDevice,
  getPushDevice,
  getPushDevices,
  type PushDevice,
  pushDeviceId,
  putPushDevice,
  shortHash,
} from '../store/push-device.ts';
import { getUser, type User } from '../store/user.ts';
import { addUserPushDevice, dropUserPushDevice } from '../store/user-push-devices.ts';
import type { Caller } from './require-membership.ts';
import { assertRate } from './user-limits.ts';

/** s */
const lifetime = limits.deviceDays * 86_400;
/** s; a device that registered so recently is not written again, so that a page may register every time it is opened */
const renewalInterval = 86_400;

/**
 * The user gets pushes on this device from now on. If it was another user's before, that user gets no pushes on it any more.
 * @param owner as the request has read them
 * @param token FCM's token, or a browser's name for itself
 * @throws ChatError `invalid_frame` for an address of an unknown push service, or an invalid key; `rate_limited`
 */
export async function registerPushDevice(
  services: Pick<Services, 'table' | 'now' | 'config'>,
  owner: User,
  token: string,
  body: DeviceBody,
): Promise<void> {
  const { username: user } = owner;
  const at = services.now();
  const now = Math.floor(at / 1000);
  const device = toDevice(services, { user, called: shortHash(token), at, expires: now + lifetime }, token, body);
  if (isRegistered(owner, device.id, now) && isSame(await getPushDevice(services, device.id), device)) return;

  await assertRate(services, user, 'devices');
  const outdated = await outdatedOf(services, owner, device, now);
  const former = await putPushDevice(services, device);
  await addUserPushDevice(
    services,
    user,
    device,
    outdated.map(({ id }) => id),
  );
  await Promise.all(outdated.map(({ device: old }) => old && endPushDevice(services, old)));
  if (former !== undefined && former !== user) await dropUserPushDevice(services, former, device.id);
}

/** The devices that get pushes for the user, latest registration first. */
export async function listPushDevices(services: TimedStore, { username, pushDevices }: User): Promise<PushDevice[]> {
  const valid = pushDevices.filter(({ expires }) => expires * 1_000 > services.now());
  const devices = await getPushDevices(
    services,
    valid.map(({ id }) => id),
  );
  return devices.filter(({ user }) => user === username).sort((a, b) => b.at - a.at);
}

/** The user gets no pushes on this device any more. @param token with which it registered, or its id */
export async function forgetPushDevice(services: TimedStore, { username }: Caller, token: string): Promise<void> {
  const user = await getUser(services, username);
  const devices = await getPushDevices(services, user?.pushDevices.map(({ id }) => id) ?? []);
  const matching = devices.filter(
    (device) => device.user === username && (device.called === shortHash(token) || device.id === token),
  );
  for (const device of matching) await removePushDevice(services, device);
}

/** The user gets no pushes on any device, until one registers again. */
export async function forgetPushDevices(services: TimedStore, username: string): Promise<void> {
  const user = await getUser(services, username, { consistent: true });
  await Promise.all(
    (user?.pushDevices ?? []).map(async ({ id }) => {
      const device = await getPushDevice(services, id);
      // A push that waits in the queue reads the device again, so it is not sent either.
      if (device?.user === username) await endPushDevice(services, device);
      await dropUserPushDevice(services, username, id);
    }),
  );
}

/** Removes a device, unless it has registered again meanwhile. */
export async function removePushDevice(services: TimedStore, device: PushDevice): Promise<void> {
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
  if (!isPoint(keys.p256dh)) throw new ChatError('invalid_frame', 'keys.p256dh is no point of the curve P-256');
  return { ...fields, platform: 'web', id: pushDeviceId('web', endpoint), address: endpoint, ...keys };
}

/** With an invalid key, every push would fail later, when its client is not there to see the error. */
function isPoint(p256dh: string): boolean {
  try {
    ECDH.convertKey(p256dh, 'prime256v1', 'base64url');
    return true;
  } catch {
    return false;
  }
}

function isRegistered(user: User, id: string, now: number): boolean {
  return user.pushDevices.some((device) => device.id === id && device.expires > now + lifetime - renewalInterval);
}

/** Are all fields the same, except the times? */
function isSame(existing: PushDevice | undefined, device: PushDevice): boolean {
  const identity = (one: PushDevice) =>
    JSON.stringify([one.user, one.called, one.id, one.platform === 'web' && [one.p256dh, one.auth]]);
  return existing !== undefined && identity(existing) === identity(device);
}

/**
 * The user's other devices to remove: expired ones, former registrations of the same device, and the oldest of too many. `device` is undefined
 * if the item does not exist, or belongs to somebody else.
 */
async function outdatedOf(
  services: Store,
  user: User,
  { id: newId, called }: PushDevice,
  now: number,
): Promise<{ readonly id: string; readonly device: PushDevice | undefined }[]> {
  const ids = user.pushDevices.map(({ id }) => id).filter((id) => id !== newId);
  const own = (await getPushDevices(services, ids)).filter((device) => device.user === user.username);
  const kept = own
    .filter((device) => device.expires > now && device.called !== called)
    .sort((a, b) => b.at - a.at)
    .slice(0, limits.devicesPerUser - 1);
  return ids
    .filter((id) => !kept.some((device) => device.id === id))
    .map((id) => ({ id, device: own.find((device) => device.id === id) }));
}
