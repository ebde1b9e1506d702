import {
  DeleteConnectionCommand,
  GoneException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { Connection, User } from '../store/user.ts';
import { endConnection } from './end-connection.ts';

/** What became of a post. `gone`: nobody is there any more; `failed`: slow or throttled beyond the retries. */
export type Outcome = 'sent' | 'gone' | 'failed';

export type Poster = Pick<Services, 'connectionApi' | 'table' | 'now' | 'log'>;

/** API Gateway answers 410 also while `$connect` has not returned yet, so a connection this young (ms) is not taken for gone. */
const openingGraceMs = 10_000;

/** The connections of these users that have a fitting scope. Expired ones are among them: a post removes them. */
export function connectionsOf(users: readonly User[], fits: (scope: Scope) => boolean): Connection[] {
  return users.flatMap(({ connections }) => connections.filter(({ scope }) => fits(scope)));
}

/** These connections and the one that asked, which is answered whatever its scope, and also when nothing else knows of it yet. */
export function withOrigin(connections: readonly Connection[], origin: Connection | undefined): Connection[] {
  const known = !origin || connections.some(({ id }) => id === origin.id);
  return known ? [...connections] : [...connections, origin];
}

/**
 * Sends one event to one connection. It never throws: an unreachable connection is an outcome of delivery.
 * @param until ms; if the connection proves closed, it received events until then. For a new message: until just before that message
 */
export async function post(
  services: Poster,
  connection: Connection,
  event: ServerEvent,
  until = services.now(),
): Promise<Outcome> {
  const { openedAt, expires } = connection;
  if (expires <= services.now()) {
    await endConnection(services, connection, expires);
    return 'gone';
  }
  const outcome = await postOnly(services, connection, event);
  if (outcome === 'gone' && services.now() - openedAt >= openingGraceMs) {
    await endConnection(services, connection, Math.max(openedAt, until));
  }
  return outcome;
}

/** Sends and no more: what becomes of a connection that is gone is left to the caller. */
export async function postOnly(
  { connectionApi, log }: Pick<Services, 'connectionApi' | 'log'>,
  { id }: Pick<Connection, 'id'>,
  event: ServerEvent,
): Promise<Outcome> {
  try {
    await connectionApi.send(new PostToConnectionCommand({ ConnectionId: id, Data: JSON.stringify(event) }));
    return 'sent';
  } catch (error) {
    if (error instanceof GoneException) return 'gone';
    log.warn('post failed', { connectionId: id, event: event.type, error: error as Error });
    return 'failed';
  }
}

/** The same event to many connections at once; one that is slow holds up none of the others. */
export async function postAll(services: Poster, connections: readonly Connection[], event: ServerEvent): Promise<void> {
  await Promise.all(connections.map((connection) => post(services, connection, event)));
}

/** Closes a connection, unless it is closed: its client sees 1000. */
export async function close(
  { connectionApi }: Pick<Services, 'connectionApi'>,
  { id }: Pick<Connection, 'id'>,
): Promise<void> {
  try {
    await connectionApi.send(new DeleteConnectionCommand({ ConnectionId: id }));
  } catch (error) {
    if (!(error instanceof GoneException)) throw error;
  }
}
