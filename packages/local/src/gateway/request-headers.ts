import type { IncomingMessage } from 'node:http';
import { newTraceId } from './ids.ts';

/** Headers of one hop, which API Gateway keeps to itself. */
const hop = new Set(['connection', 'upgrade', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding']);

/** A request's headers as they came, without those of the one hop: name and value, repeated ones repeated. */
export function headerPairs(request: IncomingMessage): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!hop.has(name.toLowerCase())) pairs.push([name, request.rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

export function sourceIpOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

/** What the load balancer in front adds: the host as AWS names it, where the request came from, and a trace id. */
export function forwardedHeaders(request: IncomingMessage, options: { domainName: string; now: number }) {
  const before = request.headers['x-forwarded-for'];
  return {
    Host: options.domainName,
    'X-Amzn-Trace-Id': newTraceId(options.now),
    'X-Forwarded-For': [before ?? [], sourceIpOf(request)].flat().join(', '),
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
}
