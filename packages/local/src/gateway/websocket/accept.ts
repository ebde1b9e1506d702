import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { limits } from './connection.ts';
import { createFrameLimit } from './frame-limit.ts';

/** Whether this is a valid WebSocket upgrade. Checked before any function is invoked. */
export function isHandshake(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' &&
    request.headers.upgrade?.toLowerCase() === 'websocket' &&
    /^[+/0-9A-Za-z]{22}==$/.test(request.headers['sec-websocket-key'] ?? '') &&
    request.headers['sec-websocket-version'] === '13'
  );
}

/** The subprotocols of the upgrades. */
const chosen = new WeakMap<IncomingMessage, string | undefined>();

/** One for all connections, because each would have its own listeners and options. */
const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: limits.message,
  handleProtocols: (_offered, request) => chosen.get(request) ?? false,
});

/**
 * Completes the upgrade with the given subprotocol, or without one.
 * @param onFrameTooLong called when the client begins a frame of more than 32 KB
 * @returns undefined if the client has disconnected
 */
export function accept(
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  subprotocol: string | undefined,
  onFrameTooLong: () => void,
): WebSocket | undefined {
  const exceedsLimit = createFrameLimit(limits.frame);
  const checkFrames = (chunk: Buffer) => {
    if (!exceedsLimit(chunk)) return;
    upgrade.socket.off('data', checkFrames);
    onFrameTooLong();
  };
  let accepted: WebSocket | undefined;
  chosen.set(upgrade.request, subprotocol);
  server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (socket) => {
    accepted = socket;
    // Added here, because an earlier listener would take the bytes that came with the handshake away from `ws`. Prepended, so that a frame
    // is checked before `ws` makes a message of it.
    upgrade.socket.prependListener('data', checkFrames);
  });
  return accepted;
}
