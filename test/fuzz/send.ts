import { Agent, request } from 'node:http';
import type { MadeRequest } from './requests.ts';
import type { World } from './world.ts';

export interface Received {
  readonly status: number;
  readonly body: string;
}

/** So many requests are under way at once. */
export const concurrency = 12;

/** Sends requests exactly as they were made, which `fetch` does not: it normalises paths and refuses headers. */
export function createSender(people: World['people'], origin: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const { hostname, port, pathname } = new URL(origin);
  return {
    send({ method, path, headers, body, person }: MadeRequest): Promise<Received> {
      const authorization = `Bearer ${people[person]?.tokens.access}`;
      return new Promise((resolve, reject) => {
        const sent = request(
          {
            agent,
            hostname,
            port,
            method,
            path: `${pathname.replace(/\/$/, '')}${path}`,
            headers: {
              authorization,
              ...(body === undefined
                ? {}
                : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
            );
          },
        );
        sent.on('error', reject);
        sent.end(body);
      });
    },
    stop: () => agent.destroy(),
  };
}
