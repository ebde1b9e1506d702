import {
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { User } from '../store/user.ts';
import { depart } from './depart.ts';

/** One connection of one user. */
export interface Device {
  readonly username: string;
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly since: number;
  /** ms; when it was over. Nothing is sent to such a one: a post takes it away, and the stream has it closed. */
  readonly ended?: number | undefined;
}

/** What became of a post. `gone`: nobody is there any more; `failed`: slow or throttled beyond the retries. */
export type Outcome = 'sent' | 'gone' | 'failed';

export type Poster = Pick<Services, 'connections' | 'table' | 'now' | 'log'>;

/** API Gateway answers 410 also while `$connect` has not returned yet, so a connection this young (ms) is not taken for gone. */
const young = 10_000;

/** The connections of these users whose scope fits; those that are over have `ended`, and are there to be found by a post. */
export function devicesOf(users: readonly User[], now: number, fits: (scope: Scope) => boolean): Device[] {
  return users.flatMap(({ username, live }) =>
    live
      .filter(({ scope }) => fits(scope))
      .map(({ id, scope, since, expires }) => {
        return { username, id, scope, since, ended: expires > now ? undefined : expires };
      }),
  );
}

/** These devices and the one that asked, which is answered whatever its scope, and also when nothing else knows of it yet. */
export function withRequester(devices: readonly Device[], requester: Device | undefined): Device[] {
  const known = !requester || devices.some(({ id }) => id === requester.id);
  return known ? [...devices] : [...devices, requester];
}

/** Can somebody still be there? */
export function isOpen({ ended }: Device): boolean {
  return ended === undefined;
}

/**
 * Sends one event to one connection. Never throws: a device that cannot be reached is an outcome of delivery.
 * @param until ms; until when a connection that turns out to be gone may have received: for a new message, until just before it
 */
export async function post(
  services: Poster,
  device: Device,
  event: ServerEvent,
  until = services.now(),
): Promise<Outcome> {
  if (device.ended !== undefined) {
    await depart(services, device, device.ended);
    return 'gone';
  }
  const outcome = await send(services, device, event);
  if (outcome === 'gone' && services.now() - device.since >= young) {
    await depart(services, device, Math.max(device.since, until));
  }
  return outcome;
}

/** Sends and no more: what becomes of a connection that is gone is left to the caller. */
export async function send(
  { connections, log }: Pick<Services, 'connections' | 'log'>,
  { id }: Pick<Device, 'id'>,
  event: ServerEvent,
): Promise<Outcome> {
  try {
    await connections.send(new PostToConnectionCommand({ ConnectionId: id, Data: JSON.stringify(event) }));
    return 'sent';
  } catch (error) {
    if (error instanceof GoneException) return 'gone';
    log.warn('post failed', { connectionId: id, event: event.type, error: error as Error });
    return 'failed';
  }
}

/** The same event to many connections at once; one that is slow holds up none of the others. */
export async function postAll(services: Poster, devices: readonly Device[], event: ServerEvent): Promise<void> {
  await Promise.all(devices.map((device) => post(services, device, event)));
}

/** Closes a connection, unless it is closed: its client sees 1000. */
export async function close({ connections }: Pick<Services, 'connections'>, { id }: Pick<Device, 'id'>): Promise<void> {
  try {
    await connections.send(new DeleteConnectionCommand({ ConnectionId: id }));
  } catch (error) {
    if (!(error instanceof GoneException)) throw error;
  }
}
