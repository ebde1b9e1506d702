import {
  DeleteConnectionCommand,
  GoneException,
  LimitExceededException,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import type { ServerEvent } from '#protocol/events';
import type { Scope } from '#protocol/scope';
import type { Services } from '../runtime/services.ts';
import type { Connection, User } from '../store/user.ts';
import { endConnection } from './end-connection.ts';

/** The result of a post. `gone`: the connection is closed; `failed`: it stayed slow or throttled after all retries. */
export type Outcome = 'sent' | 'gone' | 'failed';

export type Poster = Pick<Services, 'connectionApi' | 'table' | 'now' | 'log'>;

/** API Gateway also answers 410 before `$connect` has returned, so a connection younger than this (ms) does not count as gone. */
const openingGraceMs = 10_000;

/** These users' connections with a matching scope. Expired ones are included: a post removes them. */
export function connectionsOf(users: readonly User[], matches: (scope: Scope) => boolean): Connection[] {
  return users.flatMap(({ connections }) => connections.filter(({ scope }) => matches(scope)));
}

/** Adds the origin, which gets the answer whatever its scope, even if it is not stored yet. */
export function withOrigin(connections: readonly Connection[], origin: Connection | undefined): Connection[] {
  const isIncluded = !origin || connections.some(({ id }) => id === origin.id);
  return isIncluded ? [...connections] : [...connections, origin];
}

/**
 * Posts one event to one connection, and removes the connection if it is closed. A post that fails does not throw: see `Outcome`.
 * @param until ms; until when a connection that turns out to be closed received events. For a new message: just before it
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
  if (outcome === 'sent' && event.type === 'chat_message') services.log.count('MessagesDelivered');
  if (outcome === 'gone') services.log.count('PostsGone');
  if (outcome === 'gone' && services.now() - openedAt >= openingGraceMs) {
    await endConnection(services, connection, Math.max(openedAt, until));
  }
  return outcome;
}

const encoded = new WeakMap<ServerEvent, Uint8Array>();

/** One event often goes to many connections: it is written as JSON once, and the signer hashes the same bytes once. */
function bytesOf(event: ServerEvent): Uint8Array {
  let bytes = encoded.get(event);
  if (!bytes) {
    bytes = Buffer.from(JSON.stringify(event));
    encoded.set(event, bytes);
  }
  return bytes;
}

/** Only posts: the caller handles a connection that is gone. */
export async function postOnly(
  { connectionApi, log }: Pick<Services, 'connectionApi' | 'log'>,
  { id }: Pick<Connection, 'id'>,
  event: ServerEvent,
): Promise<Outcome> {
  try {
    await connectionApi.send(new PostToConnectionCommand({ ConnectionId: id, Data: bytesOf(event) }));
    return 'sent';
  } catch (error) {
    if (error instanceof GoneException) return 'gone';
    log.count(error instanceof LimitExceededException ? 'PostsThrottled' : 'PostsFailed');
    log.warn('post failed', { connection: id, event: event.type, error: error as Error });
    return 'failed';
  }
}

/** Posts to many connections at once, so that a slow one does not delay the others. */
export async function postAll(services: Poster, connections: readonly Connection[], event: ServerEvent): Promise<void> {
  await Promise.all(connections.map((connection) => post(services, connection, event)));
}

/** Closes a connection if it is still open. Its client sees close code 1000. */
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
