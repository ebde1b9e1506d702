import type { IncomingHttpHeaders } from 'node:http';
import type { Cors } from '#gateway/apis';

export type Headers = Readonly<Record<string, string | string[]>>;

/** If CORS is configured, API Gateway answers preflights itself, before routes and authorizers. */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Headers of the 204 response to a preflight. Empty if the origin is not allowed. */
export function preflightHeaders(cors: Cors, origin: string | undefined): Headers {
  const allowed = originHeaders(cors, origin);
  if (!allowed) return {};
  return {
    ...allowed,
    ...(cors.methods.length > 0 ? { 'access-control-allow-methods': cors.methods.join(',') } : {}),
    ...(cors.headers.length > 0 ? { 'access-control-allow-headers': cors.headers.join(',') } : {}),
    ...(cors.maxAge === undefined ? {} : { 'access-control-max-age': String(cors.maxAge) }),
  };
}

/** If CORS is configured, the gateway's CORS headers replace the function's. */
export function withCors(cors: Cors | undefined, origin: string | undefined, headers: Headers): Headers {
  if (!cors) return headers;
  const own = Object.entries(headers).filter(([name]) => !name.startsWith('access-control-'));
  return {
    ...Object.fromEntries(own),
    ...originHeaders(cors, origin),
    ...(origin !== undefined && cors.exposedHeaders.length > 0
      ? { 'access-control-expose-headers': cors.exposedHeaders.join(',') }
      : {}),
  };
}

function originHeaders(cors: Cors, origin: string | undefined): Headers | undefined {
  if (origin === undefined) return undefined;
  const any = cors.origins.includes('*');
  const listed = cors.origins.some(
    (each) => each === origin || (/^https?:\/\/\*$/.test(each) && origin.startsWith(each.slice(0, -1))),
  );
  if (!any && !listed) return undefined;
  return {
    'access-control-allow-origin': any ? '*' : origin,
    ...(any ? {} : { vary: 'origin' }),
    ...(cors.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
  };
}
