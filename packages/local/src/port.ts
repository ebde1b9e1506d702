import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Service } from './context.ts';

/** The one port on which everything is served. */
export interface Port {
  readonly origin: string;
  /** From now on requests whose path begins with `prefix` go to the service; `/` takes what no other prefix takes. */
  mount(prefix: string, service: Pick<Service, 'handle' | 'upgrade'>): void;
  /** Answers 503 there again. */
  unmount(prefix: string): void;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1. What is not mounted yet answers 503.
 * @param port 0 for any free one
 * @throws Error, one sentence, when it is taken
 */
export async function openPort(port: number, log: (line: string) => void): Promise<Port> {
  const mounted = new Map<string, Pick<Service, 'handle' | 'upgrade'>>();
  const find = (request: IncomingMessage) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const prefix = [...mounted.keys()].find((one) => one !== '/' && (path === one || path.startsWith(`${one}/`)));
    // Below `/_aws` nothing belongs to the distribution: a service that is not there must not look like an empty page.
    return mounted.get(prefix ?? (path.startsWith('/_aws/') ? '' : '/'));
  };

  const server = createServer((request, response) => {
    const service = find(request);
    if (!service) return void response.writeHead(503, { 'retry-after': '1' }).end('Service Unavailable\n');
    Promise.resolve(service.handle(request, response)).catch((error: unknown) => fail(error, request, response, log));
  });
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    // A client that goes away is no reason to end the process.
    socket.on('error', () => socket.destroy());
    const service = find(request);
    if (service?.upgrade) service.upgrade(request, socket, head);
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  // Longer than the SDK's agent keeps an idle connection, or its next request meets one that is just closing.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 70_000;
  return {
    origin: `http://127.0.0.1:${await listen(server, port)}`,
    mount: (prefix, service) => void mounted.set(prefix, service),
    unmount: (prefix) => void mounted.delete(prefix),
    close: () => close(server),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(reason(error, port))));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function reason(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRINUSE') return `unable to listen on port ${port}; it is taken: choose another one with PORT`;
  if (error.code === 'EACCES')
    return `unable to listen on port ${port}; the system does not allow it: choose one above 1023 with PORT`;
  return `unable to listen on port ${port}; ${error.message}`;
}

function fail(error: unknown, request: IncomingMessage, response: ServerResponse, log: (line: string) => void): void {
  log(
    `${request.method} ${(request.url ?? '').split('?', 1)[0]} failed: ${error instanceof Error ? error.stack : String(error)}`,
  );
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'application/json' }).end('{"message":"Internal Server Error"}');
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
