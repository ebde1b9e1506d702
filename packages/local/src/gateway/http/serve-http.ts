import type { IncomingMessage, ServerResponse } from 'node:http';
import { commonLogTime } from '#gateway/access-log';
import { recordRequest } from '#gateway/api-metrics';
import type { HttpApi } from '#gateway/apis';
import { callFunction, domainNameOf, executeApiArn } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import { newId } from '#gateway/ids';
import { headerPairs, sourceIpOf } from '#gateway/request-headers';
import type { Stage } from '#gateway/stages';
import type { Target } from '#gateway/target';
import { readBody } from '#read-body';
import { percentDecode } from '#text';
import type { Authorized, HttpAuthorization } from './authorization.ts';
import { isPreflight, preflightHeaders, withCors } from './cors.ts';
import { type FoundRoute, findRoute } from './find-route.ts';
import { type Authorizers, authorizeRequest } from './http-authorize.ts';
import { httpEvent } from './http-event.ts';
import { errorResponse, type HttpResponse, toHttpResponse } from './http-response.ts';
import { describeRequest, type RoutedRequest } from './request-event.ts';

/** Bytes. Source: AWS, "Quotas for configuring and running an HTTP API". */
const limits = { body: 10 * 1024 * 1024, headers: 10_240 };

/** Serves a request to an HTTP API, in this order: stage, preflight, route, throttle, authorizer, function. */
export async function serveHttp(
  gateway: Gateway,
  authorizers: Authorizers,
  api: HttpApi,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { counters } = gateway.context;
  counters.count('gateway.requests');
  const startedAt = gateway.context.clock.now();
  const requestId = newId();
  const match = findStage(api, target);
  const found = match && findRoute(api.routes, request.method ?? 'GET', match.path);
  const logFields: Record<string, unknown> = {};
  const result = match
    ? await respond(gateway, authorizers, { api, target, request, requestId, stage: match.stage, found, logFields })
    : errorResponse(404, 'Not Found');
  response.writeHead(result.status, {
    ...result.headers,
    'apigw-requestid': requestId,
    ...(result.status === 204 || result.status === 304 ? {} : { 'content-length': result.body.length }),
  });
  response.end(request.method === 'HEAD' ? undefined : result.body);
  counters.count('gateway.bytes-out', result.body.length);
  if (match) {
    const latency = gateway.context.clock.now() - startedAt;
    const integration = typeof logFields.integrationLatency === 'number' ? logFields.integrationLatency : undefined;
    recordRequest(
      gateway.context,
      { apiId: api.id, stage: match.stage.name },
      { status: result.status, latency, integration, bytes: result.body.length },
    );
    gateway.accessLog.write(match.stage, {
      ...logFields,
      apiId: api.id,
      accountId: gateway.context.stack.account,
      domainName: domainNameOf(gateway.context, api.id),
      httpMethod: request.method,
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: commonLogTime(startedAt),
      requestTimeEpoch: startedAt,
      responseLatency: latency,
      responseLength: result.body.length,
      routeKey: found?.route.key,
      stage: match.stage.name,
      status: result.status,
      'identity.sourceIp': sourceIpOf(request),
      'identity.userAgent': request.headers['user-agent'],
    });
  }
}

interface HttpCall extends Pick<RoutedRequest, 'request' | 'stage' | 'requestId'> {
  readonly api: HttpApi;
  readonly target: Target;
  readonly found: FoundRoute | undefined;
  /** Collects the access log's fields of the authorizer and the integration. */
  readonly logFields: Record<string, unknown>;
}

async function respond(gateway: Gateway, authorizers: Authorizers, call: HttpCall): Promise<HttpResponse> {
  const { cors } = call.api;
  const { headers, method = 'GET' } = call.request;
  const body = await readBody(call.request, limits.body);
  if (cors && isPreflight(method, headers))
    return { status: 204, headers: preflightHeaders(cors, headers.origin), body: Buffer.alloc(0) };
  const result = await runHttpRoute(gateway, authorizers, call, body);
  return { ...result, headers: withCors(cors, headers.origin, result.headers) };
}

async function runHttpRoute(
  gateway: Gateway,
  authorizers: Authorizers,
  call: HttpCall,
  body: Buffer | undefined,
): Promise<HttpResponse> {
  const { api, target, request, stage, found, logFields } = call;
  const method = request.method ?? 'GET';
  if (!body) return errorResponse(413, 'Request Entity Too Large');
  if (headerPairs(request).reduce((sum, [name, value]) => sum + name.length + value.length, 0) > limits.headers)
    return errorResponse(431, 'Request Header Fields Too Large');
  if (!found) return errorResponse(404, 'Not Found');
  const { route } = found;
  if (!gateway.throttle.route(api.id, stage, route.key)) return errorResponse(429, 'Too Many Requests');

  const routed = { ...call, apiId: api.id, found, path: target.path || '/', query: target.query, body };
  const described = describeRequest(gateway, routed);
  const authorization = await authorizeRequest(gateway, authorizers, described, routed);
  if (authorization.kind !== 'allowed') return refuse(authorization, logFields);
  Object.assign(logFields, authorizerFields(authorization.authorized));
  const { integration } = route;
  if (integration?.kind === 'unserved') gateway.context.log(`${route.key} is not served here: ${integration.reason}`);
  if (integration?.kind !== 'function') return errorResponse(500, 'Internal Server Error');

  const called = await callFunction(gateway.context, {
    functionId: integration.functionId,
    // The ARN has the route's path, so that a permission for `/items/{id}` matches.
    sourceArn: executeApiArn(
      gateway.context,
      api.id,
      route.key === '$default' ? `${stage.name}/$default` : `${stage.name}/${method}${route.path}`,
    ),
    event: httpEvent(described, routed, authorization.authorized, integration.format),
    timeout: integration.timeout,
  });
  logFields.integrationLatency = called.latency;
  if (called.kind === 'failed') logFields.integrationErrorMessage = called.message;
  if (called.kind === 'timeout') return errorResponse(503, 'Service Unavailable');
  return called.kind === 'answer'
    ? toHttpResponse(called.payload, integration.format)
    : errorResponse(500, 'Internal Server Error');
}

function refuse(
  authorization: Exclude<HttpAuthorization, { kind: 'allowed' }>,
  logFields: Record<string, unknown>,
): HttpResponse {
  if (authorization.kind === 'unauthorized') {
    const { challenge } = authorization;
    logFields['authorizer.error'] = /error_description="([^"]*)"/.exec(challenge ?? '')?.[1];
    return errorResponse(401, 'Unauthorized', challenge === undefined ? {} : { 'www-authenticate': challenge });
  }
  if (authorization.message !== undefined) logFields['authorizer.error'] = authorization.message;
  return authorization.kind === 'forbidden'
    ? errorResponse(403, 'Forbidden')
    : errorResponse(500, 'Internal Server Error');
}

/** The access log's fields of the caller. */
function authorizerFields(authorized: Authorized): Record<string, unknown> {
  switch (authorized.kind) {
    case 'none':
      return {};
    case 'jwt':
      return prefixed('authorizer.claims', authorized.claims);
    case 'lambda':
      return prefixed('authorizer', { ...authorized.context, principalId: authorized.principalId });
    case 'iam':
      return prefixed('identity', authorized.caller);
  }
}

const prefixed = (prefix: string, values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));

/** The path begins with the name of a stage, or else belongs to the stage `$default`. */
function findStage(api: HttpApi, { path }: Target): { stage: Stage; path: string } | undefined {
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  const named = first === '' ? undefined : api.stages.get(percentDecode(first));
  if (named?.deployed) return { stage: named, path: rest === '' ? '/' : rest };
  const fallback = api.stages.get('$default');
  return fallback?.deployed ? { stage: fallback, path: path === '' ? '/' : path } : undefined;
}
