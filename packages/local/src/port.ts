import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Answering, moveTo } from './answer.ts';
import type { AwsHosts } from './aws-hosts.ts';
import type { Service } from './context.ts';
import { createOwnHosts, type IsOwnHost } from './own-hosts.ts';
import { defaultNames, type SettingNames } from './setting-names.ts';

type Mounted = Pick<Service, 'handle' | 'answer' | 'upgrade'>;

/** The one port on which everything is served. */
export interface Port {
  readonly origin: string;
  /** Sends requests whose path begins with `prefix` to the service. `/` gets all that match no other prefix. */
  mount(prefix: string, service: Mounted): void;
  /** Prefixes that have a service. */
  prefixes(): readonly string[];
  /**
   * Serves requests for hosts of AWS too. Nobody else's page has such a host: these names are AWS's own, and what they lead to is checked as
   * everything is.
   */
  redirect(hosts: Pick<AwsHosts, 'localUrl'>): void;
  /** Answers as over HTTP. Paths of services that only have `handle` are answered with 404. */
  readonly answer: Answering;
  /** Answers 503 there again. */
  unmount(prefix: string): void;
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1. Paths without a service are answered with 503, and requests for other hosts with 403.
 * @param port 0 for any free port
 * @param names what the user calls the settings
 * @throws Error, one sentence, when the port is taken
 */
export async function openPort(
  port: number,
  log: (line: string) => void,
  names: Pick<SettingNames, 'port' | 'hosts'> = defaultNames,
  isOwnHost: IsOwnHost = createOwnHosts(),
): Promise<Port> {
  const mounted = new Map<string, Mounted>();
  const find = ({ url = '' }: { url?: string | undefined }) => {
    const path = url.split('?', 1)[0] ?? '';
    for (const [prefix, service] of mounted) {
      if (path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/') && prefix !== '/')
        return service;
    }
    // Paths below `/_aws` never go to the distribution, or a missing service would look like an empty page.
    return path.startsWith('/_aws/') ? undefined : mounted.get('/');
  };

  let awsHosts: Pick<AwsHosts, 'localUrl'> | undefined;
  let ownHost: string | undefined;
  /** Whether a request is for this machine. One for a host of AWS gets its local path. */
  const admit = (request: IncomingMessage): boolean => {
    const { host } = request.headers;
    if (host === ownHost) return true;
    // First, because the person may have allowed every name.
    const local = awsHosts?.localUrl(host, request.url ?? '');
    if (local === undefined) return isOwnHost(host);
    moveTo(request, local);
    return true;
  };

  const refused = (host = '') =>
    `unable to answer; ${JSON.stringify(host.slice(0, 100))} is no host of this machine: allow it with ${names.hosts}\n`;
  const server = createServer((request, response) => {
    const { host } = request.headers;
    if (!admit(request)) return void response.writeHead(403, { 'content-type': 'text/plain' }).end(refused(host));
    const service = find(request);
    if (!service) return void response.writeHead(503, { 'retry-after': '1' }).end('Service Unavailable\n');
    Promise.resolve(service.handle(request, response)).catch((error: unknown) => fail(error, request, response, log));
  });
  server.on('upgrade', (request, socket: Duplex, head: Buffer) => {
    // Without this, a client that goes away would end the process.
    socket.on('error', () => socket.destroy());
    const { host } = request.headers;
    const isAdmitted = admit(request);
    const service = isAdmitted ? find(request) : undefined;
    if (!isAdmitted) refuse(socket, '403 Forbidden', refused(host));
    else if (service?.upgrade) service.upgrade(request, socket, head);
    else refuse(socket, '503 Service Unavailable', '');
  });
  const sockets = new Set<Duplex>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Longer than the SDK's agent keeps an idle connection. Otherwise its next request could meet a connection that is closing.
  server.keepAliveTimeout = 65_000;
  server.headersTimeout = 70_000;
  ownHost = `127.0.0.1:${await listen(server, port, names.port)}`;
  return {
    origin: `http://${ownHost}`,
    mount: (prefix, service) => void mounted.set(prefix, service),
    prefixes: () => [...mounted.keys()],
    redirect: (hosts) => {
      awsHosts = hosts;
    },
    async answer(asked) {
      const { host } = asked.headers;
      const local = host === ownHost ? undefined : awsHosts?.localUrl(host, asked.url);
      const incoming = local === undefined ? asked : { ...asked, url: local, sentUrl: asked.url };
      const service = find(incoming);
      if (!service) return { status: 503, headers: { 'retry-after': '1' }, body: 'Service Unavailable\n' };
      if (!service.answer) return { status: 404, headers: {}, body: '' };
      try {
        return await service.answer(incoming);
      } catch (error) {
        logFailure(error, incoming, log);
        return { status: 500, headers: { 'content-type': 'application/json' }, body: failed };
      }
    },
    unmount: (prefix) => void mounted.delete(prefix),
    close: () => close(server, sockets),
  };
}

function refuse(socket: Duplex, status: string, body: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function listen(server: Server, port: number, settingName: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(reason(error, port, settingName))));
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

function reason({ code, message }: NodeJS.ErrnoException, port: number, settingName: string): string {
  const failed = `unable to listen on port ${port}`;
  if (code === 'EADDRINUSE') return `${failed}; it is taken: choose another one with ${settingName}`;
  if (code === 'EACCES') return `${failed}; the system does not allow it: choose one above 1023 with ${settingName}`;
  return `${failed}; ${message}`;
}

function fail(error: unknown, request: IncomingMessage, response: ServerResponse, log: (line: string) => void): void {
  logFailure(error, request, log);
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'application/json' }).end(failed);
}

const failed = '{"message":"Internal Server Error"}';

function logFailure(
  error: unknown,
  { method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>,
  log: (line: string) => void,
): void {
  log(`${method} ${url.split('?', 1)[0]} failed: ${error instanceof Error ? error.stack : String(error)}`);
}

/** Ends all connections, WebSockets that do not answer a close included: the server would wait for them. */
function close(server: Server, sockets: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
