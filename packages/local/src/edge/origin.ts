import type { IncomingMessage } from 'node:http';
import { newId } from '#gateway/ids';
import { sourceIpOf } from '#gateway/request-headers';
import { gatewayPrefix } from '#gateway/target';
import { functionUrlPrefix } from '#lambda/function-urls';
import type { Behavior, Origin } from './distribution.ts';
import { toPairs, toQueryString, type ViewerRequest } from './viewer-request.ts';

/** The id of the API that is the origin, from its AWS host or its local address. */
export function originApiId({ domainName, path }: Origin): string | undefined {
  return (
    /^([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com/.exec(domainName)?.[1] ??
    /\/_aws\/execute-api\/([a-z0-9]+)/.exec(`${domainName}${path}`)?.[1]
  );
}

/** The path below which the API or the function URL that is the origin is served; undefined for another origin. */
export function originPrefix(origin: Origin): string | undefined {
  const apiId = originApiId(origin);
  if (apiId !== undefined) return `${gatewayPrefix}/${apiId}`;
  const url = /^([a-z0-9]+)\.lambda-url\.[a-z0-9-]+\.on\.aws$/.exec(origin.domainName)?.[1];
  return url === undefined ? undefined : `${functionUrlPrefix}/${url}`;
}

/** Headers that every policy forwards, because they belong to the connection or describe the body. */
const alwaysForwarded = new Set([
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
 * Changes the viewer's request in place into the request for the origin. The path comes from the viewer-request function; headers, cookies
 * and query parameters are those that the behaviour's policies forward.
 */
export function rewriteForOrigin(
  request: IncomingMessage,
  route: { readonly behavior: Behavior; readonly prefix: string; readonly viewerRequest: ViewerRequest },
): void {
  const { prefix, viewerRequest } = route;
  const { forwarding, origin } = route.behavior;
  const query = toQueryString(toPairs(viewerRequest.querystring).filter(([name]) => forwarding.queries(name)));
  const cookies = toPairs(viewerRequest.cookies).filter(([name]) => forwarding.cookies(name));
  const headers = toPairs(viewerRequest.headers).filter(
    ([name]) => alwaysForwarded.has(name) || forwarding.headers(name),
  );
  const sent: (readonly [name: string, value: string])[] = [
    ...headers.filter(([name]) => name !== 'host' && name !== 'x-forwarded-for'),
    ...(cookies.length > 0 ? [['cookie', cookies.map(([name, value]) => `${name}=${value}`).join('; ')] as const] : []),
    ...(headers.some(([name]) => name === 'user-agent') ? [] : [['user-agent', 'Amazon CloudFront'] as const]),
    ['via', `${request.httpVersion} local.cloudfront.net (CloudFront)`],
    ['x-amz-cf-id', newId()],
    ['x-forwarded-for', [request.headers['x-forwarded-for'] ?? [], sourceIpOf(request)].flat().join(', ')],
  ];
  // Neither API Gateway nor Lambda knows the distribution's host: if the viewer's Host header is forwarded, the response is 403.
  const base = forwarding.headers('host') ? prefix.replace(/[^/]+$/, 'unknown-host') : prefix;
  const path = `${origin.path.replace(/^\/_aws\/execute-api\/[a-z0-9]+/, '')}${viewerRequest.uri}`;
  request.url = `${base}${path}${query === '' ? '' : `?${query}`}`;
  request.rawHeaders = sent.flat();
  request.headers = {};
  for (const [name, value] of sent) {
    const before = request.headers[name];
    request.headers[name] = before === undefined ? value : `${before}, ${value}`;
  }
}
