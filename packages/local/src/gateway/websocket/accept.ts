import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { limits } from './connection.ts';
import { watchFrames } from './frame-watch.ts';

/** Is this an upgrade that the WebSocket protocol knows? Asked before anything is invoked for it. */
export function isHandshake(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(request.headers['sec-websocket-key'] ?? '') &&
    request.headers['sec-websocket-version'] === '13'
  );
}

/**
 * Completes the upgrade, with no other subprotocol than the given one.
 * @param tooLong called when the client begins a frame of more than 32 KB
 * @returns `undefined` when the client is gone
 */
export function accept(
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  subprotocol: string | undefined,
  tooLong: () => void,
): WebSocket | undefined {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.message,
    handleProtocols: () => subprotocol ?? false,
  });
  const tooLongYet = watchFrames(limits.frame);
  const watch = (chunk: Buffer) => {
    if (!tooLongYet(chunk)) return;
    upgrade.socket.off('data', watch);
    tooLong();
  };
  let accepted: WebSocket | undefined;
  server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
    accepted = socket;
    // Only now, or it alone would hear of what came together with the handshake; and before the listener of `ws`, so that a frame is
    // judged before it becomes a message.
    upgrade.socket.prependListener('data', watch);
  });
  return accepted;
}
