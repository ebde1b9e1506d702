import * as http from 'node:http';
import * as https from 'node:https';

export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

export interface PoolOptions {
  /** Connections to the host that are open at once; other requests wait. Each new one costs a TLS handshake, about 1 ms of CPU. */
  readonly sockets: number;
  /** ms; default: no limit */
  readonly connectTimeout?: number;
  /** ms without an answer; default: no limit */
  readonly answerTimeout?: number;
}

export interface Pool {
  /** @throws the errors of node:http; `TimeoutError` */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** Connections to one host, which stay open between requests. */
export function createPool({ protocol, hostname, port }: URL, options: PoolOptions): Pool {
  const { sockets, connectTimeout, answerTimeout } = options;
  const { Agent, request } = protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  return {
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        const outgoing = request({ agent, hostname, port, timeout: answerTimeout, method, path, headers });
        const giveUp = (problem: string) =>
          outgoing.destroy(Object.assign(new Error(problem), { name: 'TimeoutError' }));
        outgoing.on('error', reject);
        outgoing.on('timeout', () => giveUp('no answer in time'));
        outgoing.on('response', (incoming) => collect(incoming, resolve, reject));
        if (connectTimeout !== undefined) limitConnecting(outgoing, connectTimeout, giveUp);
        outgoing.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function collect(
  incoming: http.IncomingMessage,
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Uint8Array[] = [];
  incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  incoming.on('error', reject);
  incoming.on('end', () => {
    const { statusCode = 0, headers } = incoming;
    const [first] = chunks;
    const body = first && chunks.length === 1 ? first : Buffer.concat(chunks);
    resolve({ statusCode, headers: headers as Record<string, string>, body });
  });
}

function limitConnecting(outgoing: http.ClientRequest, timeout: number, giveUp: (what: string) => void): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(giveUp, timeout, 'no connection in time');
    const connected = () => clearTimeout(timer);
    socket.once('connect', connected).once('close', connected);
  });
}
