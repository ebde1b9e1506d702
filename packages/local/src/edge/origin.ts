import type { IncomingMessage } from 'node:http';
import { newId } from '#gateway/ids';
import { sourceIpOf } from '#gateway/request-headers';
import { gatewayPrefix } from '#gateway/target';
import type { Behavior, Origin } from './distribution.ts';
import { pairs, queryText, type ViewerRequest } from './viewer-request.ts';

/** The id of the API that an origin is: by its host on AWS, or by its local address. */
export function apiOf({ domainName, path }: Origin): string | undefined {
  return (
    /^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/.exec(domainName)?.[1] ??
    /\/_aws\/execute-api\/([a-z0-9]+)/.exec(`${domainName}${path}`)?.[1]
  );
}

/** What goes to an origin under any policy: it belongs to the connection or describes the body. */
const always = new Set([
  'connection',
  'upgrade',
  'transfer-encoding',
  'content-length',
  'content-type',
  'content-encoding',
  'expect',
  'range',
]);

/**
 * Turns a viewer's request into the one for the origin, in place: path and query as the function left them, and of headers, cookies and
 * query strings those that the behaviour's policies let through.
 */
export function sendOn(
  request: IncomingMessage,
  passage: { readonly behavior: Behavior; readonly apiId: string; readonly asked: ViewerRequest },
): void {
  const { behavior, apiId, asked } = passage;
  const { forwarding, origin } = behavior;
  const query = queryText(pairs(asked.querystring).filter(([name]) => forwarding.queries(name)));
  const cookies = pairs(asked.cookies).filter(([name]) => forwarding.cookies(name));
  const headers = pairs(asked.headers).filter(([name]) => always.has(name) || forwarding.headers(name));
  const sent: (readonly [name: string, value: string])[] = [
    ...headers.filter(([name]) => name !== 'host' && name !== 'x-forwarded-for'),
    ...(cookies.length > 0 ? [['cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')] as const] : []),
    ...(headers.some(([name]) => name === 'user-agent') ? [] : [['user-agent', 'Amazon CloudFront'] as const]),
    ['via', `${request.httpVersion} local.cloudfront.net (CloudFront)`],
    ['x-amz-cf-id', newId()],
    ['x-forwarded-for', [request.headers['x-forwarded-for'] ?? [], sourceIpOf(request)].flat().join(', ')],
  ];
  // API Gateway does not know the distribution's host and answers 403 to it; under its own name the API is found.
  const known = !forwarding.headers('host');
  const base = `${gatewayPrefix}/${known ? apiId : 'unknown-host'}`;
  const path = `${origin.path.replace(/^\/_aws\/execute-api\/[a-z0-9]+/, '')}${asked.uri}`;
  request.url = `${base}${path}${query === '' ? '' : `?${query}`}`;
  request.rawHeaders = sent.flat();
  request.headers = {};
  for (const [name, value] of sent) {
    const before = request.headers[name];
    request.headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
}
