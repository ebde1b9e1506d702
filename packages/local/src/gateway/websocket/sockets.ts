import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Gateway } from '#gateway/gateway-state';
import { newId } from '#gateway/ids';
import type { Target } from '#gateway/target';
import { percentDecode } from '#text';
import { accept, isHandshake } from './accept.ts';
import { type Connection, openConnection } from './connection.ts';
import { handleMessage } from './handle-message.ts';
import { handshake } from './handshake.ts';
import { handshakeErrors, rejectUpgrade } from './handshake-error.ts';
import type { ConnectionMetadata } from './request-context.ts';
import { runDisconnect } from './run-disconnect.ts';

/** All open connections. */
export interface Sockets {
  upgrade(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Finds a connection of that API and stage, from the end of `$connect` until the close begins. */
  find(apiId: string, stage: string, connectionId: string): Connection | undefined;
  all(): readonly Connection[];
  /** Closes all with 1001 and waits up to `stopTimeoutMs` for their `$disconnect` routes. */
  stop(): Promise<void>;
}

const stopTimeoutMs = 3_000;

export function createSockets(gateway: Gateway): Sockets {
  const connections = new Map<string, Connection>();
  /** Ids of connections that are open or closing. */
  const unclosed = new Set<string>();
  const running = new Set<Promise<void>>();

  /** As on AWS, events of one connection run concurrently. Only `stop` waits for them. */
  const run = (work: Promise<void>) => {
    const settled = work
      .catch((error: unknown) => gateway.context.log(`API Gateway: ${String(error)}`))
      .finally(() => running.delete(settled));
    running.add(settled);
  };

  async function connect(target: Target, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const ids = { connectionId: newId(), requestId: newId() };
    const api = gateway.api(target.apiId);
    const [, stageName = '', rest = ''] = /^\/([^/]*)(.*)$/.exec(target.path) ?? [];
    const stage = api?.stages.get(percentDecode(stageName));
    if (!isHandshake(request)) return rejectUpgrade(socket, handshakeErrors.badRequest, ids);
    if (api?.kind !== 'websocket' || !stage?.deployed || (rest !== '' && rest !== '/'))
      return rejectUpgrade(socket, handshakeErrors.forbidden, ids);

    const result = await handshake(gateway, { api, stage, request, query: target.query });
    if (result.ok) open(result.metadata, result.subprotocol, { request, socket, head });
    else rejectUpgrade(socket, result.error, result.ids);
  }

  function open(
    metadata: ConnectionMetadata,
    subprotocol: string | undefined,
    upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer },
  ): void {
    const accepted = accept(upgrade, subprotocol, () => connection?.close({ code: 1009, reason: '' }));
    if (!accepted) {
      // The client disconnected while $connect ran. The function regards it as connected.
      run(runDisconnect(gateway, metadata, { code: 1006, reason: '' }));
      return;
    }
    const connection: Connection = openConnection(gateway.context, accepted, metadata, {
      message(text) {
        gateway.context.counters.count('gateway.frames');
        run(handleMessage(gateway, connection, text));
      },
      closing: () => connections.delete(metadata.connectionId),
      closed: (status) => {
        unclosed.delete(metadata.connectionId);
        run(runDisconnect(gateway, metadata, status));
      },
    });
    connections.set(metadata.connectionId, connection);
    unclosed.add(metadata.connectionId);
  }

  return {
    upgrade(target, request, socket, head) {
      // The client may disconnect during the handshake.
      socket.on('error', () => socket.destroy());
      run(connect(target, request, socket, head));
    },
    find(apiId, stage, connectionId) {
      const connection = connections.get(connectionId);
      return connection?.metadata.apiId === apiId && connection.metadata.stage === stage ? connection : undefined;
    },
    all: () => [...connections.values()],
    async stop() {
      const deadline = Date.now() + stopTimeoutMs;
      for (const connection of connections.values()) connection.close({ code: 1001, reason: 'Going away' });
      while (unclosed.size + running.size > 0 && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}
