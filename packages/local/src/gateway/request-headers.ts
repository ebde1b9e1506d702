import type { IncomingMessage } from 'node:http';
import { newTraceId } from './ids.ts';

/** API Gateway does not forward hop-by-hop headers. */
const hopByHop = new Set([
  'connection',
  'upgrade',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
]);

/** A request's headers in order and with the client's case, without hop-by-hop headers. A repeated name appears several times. */
export function headerPairs(request: IncomingMessage): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index] ?? '';
    if (!hopByHop.has(name.toLowerCase())) pairs.push([name, request.rawHeaders[index + 1] ?? '']);
  }
  return pairs;
}

export function sourceIpOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

/** The headers that AWS's load balancer adds. */
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
