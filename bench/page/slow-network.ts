import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Lighthouse's slow 4G: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md */
export const slow4G = { roundTripMs: 150, bytesPerSecond: 1_638_400 / 8 };

/**
 * A network between a browser and a server. Chrome's own throttling slows requests, but neither handshakes nor WebSockets. Here all that comes and
 * goes takes half a round trip, the way down has one width for all connections, and TCP with TLS 1.3 takes two round trips before the first byte: for
 * the first connection of a visit and for each WebSocket. The others would be one with the first in HTTP/2.
 * @returns the address to open instead of `origin`
 */
export async function slowNetwork(origin: string, { roundTripMs, bytesPerSecond } = slow4G) {
  const { hostname, port } = new URL(origin);
  const sockets = new Set<Socket>();
  let isFirst = true;
  /** When the way down is free again. */
  let freeAt = 0;

  const server = createServer((browser) => {
    const target = connect(Number(port), hostname);
    for (const socket of [browser, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    // What is on its way still comes.
    browser.on('close', () => void up.then(() => target.destroy()));
    target.on('close', () => void down.then(() => browser.destroy()));
    let up = Promise.resolve();
    let down = Promise.resolve();
    browser.once('data', (chunk) => {
      const shakes = isFirst || /^upgrade: websocket/im.test(chunk.toString('latin1'));
      isFirst = false;
      if (shakes) up = pause(2 * roundTripMs + roundTripMs / 2);
    });
    browser.on('data', (chunk) => {
      const at = performance.now() + roundTripMs / 2;
      up = up.then(() => until(at)).then(() => void target.write(chunk));
    });
    target.on('data', (chunk) => {
      freeAt = Math.max(freeAt, performance.now()) + (chunk.length / bytesPerSecond) * 1_000;
      const at = freeAt + roundTripMs / 2;
      down = down.then(() => until(at)).then(() => void browser.write(chunk));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unable to listen; the system gave no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    /** The next connection is the first of a new visit. */
    begin(): void {
      isFirst = true;
    },
    stop(): void {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const until = (at: number) => pause(Math.max(0, at - performance.now()));
