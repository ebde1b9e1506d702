import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from '../gateway-state.ts';
import { newId } from '../ids.ts';
import { decode, type Target } from '../target.ts';
import { accept, isHandshake } from './accept.ts';
import { type Connection, openConnection } from './connection.ts';
import { tellDisconnect } from './disconnect.ts';
import { handshake } from './handshake.ts';
import { takeMessage } from './message.ts';
import { refusals, refuse } from './refusal.ts';
import type { Visitor } from './visitor.ts';

/** All open connections. */
export interface Sockets {
  upgrade(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Only a connection of that API and stage, and only between the end of `$connect` and the beginning of the close. */
  find(apiId: string, stage: string, connectionId: string): Connection | undefined;
  all(): readonly Connection[];
  /** Closes all with 1001 and waits, for a moment, until `$disconnect` has been told of each. */
  stop(): Promise<void>;
}

const stopGrace = 3_000;

export function createSockets(gateway: Gateway): Sockets {
  const connections = new Map<string, Connection>();
  /** Open, or closing and not told to `$disconnect` yet. */
  const unended = new Set<string>();
  const underway = new Set<Promise<void>>();

  /** Events of one connection run side by side, as on AWS; only stopping waits for them. */
  const run = (work: Promise<void>) => {
    const watched = work
      .catch((error: unknown) => gateway.context.log(`API Gateway: ${String(error)}`))
      .finally(() => underway.delete(watched));
    underway.add(watched);
  };

  async function connect(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const ids = { connectionId: newId(), requestId: newId() };
    const api = gateway.api(target.apiId);
    const [, stageName = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(target.path) ?? [];
    const stage = api?.stages.get(decode(stageName));
    if (!isHandshake(request)) return refuse(socket, refusals.badRequest, ids);
    if (api?.kind !== 'websocket' || !stage?.deployed || (rest !== '' && rest !== '/'))
      return refuse(socket, refusals.forbidden, ids);

    const admission = await handshake(gateway, { api, stage, request, query: target.query });
    if (admission.ok) open(admission.visitor, admission.subprotocol, { request, socket, head });
    else refuse(socket, admission.refusal, admission.ids);
  }

  function open(
    visitor: Visitor,
    subprotocol: string | undefined,
    upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer },
  ): void {
    const accepted = accept(upgrade, subprotocol, () => connection?.end({ code: 1009, reason: '' }));
    if (!accepted) {
      // The client went away while $connect ran; for the function it had been there.
      run(tellDisconnect(gateway, visitor, { code: 1006, reason: '' }));
      return;
    }
    const connection: Connection = openConnection(gateway.context, accepted, visitor, {
      message: (text) => run(takeMessage(gateway, connection, text)),
      ending: () => connections.delete(visitor.connectionId),
      ended: (ending) => {
        unended.delete(visitor.connectionId);
        run(tellDisconnect(gateway, visitor, ending));
      },
    });
    connections.set(visitor.connectionId, connection);
    unended.add(visitor.connectionId);
  }

  return {
    upgrade(target, request, socket, head) {
      // A client that vanishes during the handshake is no error of anybody.
      socket.on('error', () => socket.destroy());
      run(connect(target, request, socket, head));
    },
    find(apiId, stage, connectionId) {
      const connection = connections.get(connectionId);
      return connection?.visitor.apiId === apiId && connection.visitor.stage === stage ? connection : undefined;
    },
    all: () => [...connections.values()],
    async stop() {
      const deadline = Date.now() + stopGrace;
      for (const connection of connections.values()) connection.end({ code: 1001, reason: 'Going away' });
      while (unended.size + underway.size > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
