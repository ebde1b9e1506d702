import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import { liveNow, removeConnection, type User } from '../store/user.ts';

/** One connection of one user. */
export interface Device {
  readonly username: string;
  readonly id: string;
  readonly scope: Scope;
  /** ms */
  readonly since: number;
}

/** What became of a post. `gone`: nobody is there any more; `failed`: slow or throttled beyond the retries. */
export type Outcome = 'sent' | 'gone' | 'failed';

export type Poster = Pick<Services, 'connections' | 'table' | 'now' | 'log'>;

/** API Gateway answers 410 also while `$connect` has not returned yet, so a connection this young (ms) is not taken for gone. */
const young = 10_000;

/** The open connections of these users whose scope fits. */
export function devicesOf(users: readonly User[], now: number, fits: (scope: Scope) => boolean): Device[] {
  return users.flatMap((user) =>
    liveNow(user, now)
      .filter(({ scope }) => fits(scope))
      .map(({ id, scope, since }) => ({ username: user.username, id, scope, since })),
  );
}

/** Sends one event to one connection. Never throws: a device that cannot be reached is an outcome of delivery. */
export async function post(services: Poster, device: Device, event: ServerEvent): Promise<Outcome> {
  try {
    await services.connections.send(
      new PostToConnectionCommand({ ConnectionId: device.id, Data: JSON.stringify(event) }),
    );
    return 'sent';
  } catch (error) {
    if (error instanceof GoneException) {
      await forget(services, device);
      return 'gone';
    }
    services.log.warn('post failed', { connectionId: device.id, event: event.type, error: error as Error });
    return 'failed';
  }
}

/** The same event to many connections at once; one that is slow holds up none of the others. */
export async function postAll(services: Poster, devices: readonly Device[], event: ServerEvent): Promise<void> {
  await Promise.all(devices.map((device) => post(services, device, event)));
}

async function forget(services: Poster, device: Device): Promise<void> {
  if (services.now() - device.since < young) return;
  await removeConnection(services, device.username, device.id);
}
