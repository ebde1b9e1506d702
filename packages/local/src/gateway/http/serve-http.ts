import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../../read-body.ts';
import type { HttpApi } from '../apis.ts';
import { callFunction, domainNameOf, executeApiArn } from '../call-function.ts';
import type { Gateway } from '../gateway-state.ts';
import { newId } from '../ids.ts';
import { headerPairs, sourceIpOf } from '../request-headers.ts';
import type { Stage } from '../stages.ts';
import { decode, type Target } from '../target.ts';
import { commonLogTime } from '../time.ts';
import { isPreflight, preflightHeaders, withCors } from './cors.ts';
import { type FoundRoute, findRoute } from './find-route.ts';
import { answerOf, type HttpAnswer, ownAnswer } from './http-answer.ts';
import { authorizeRequest } from './http-authorize.ts';
import { type HttpAsk, httpEvent } from './http-event.ts';
import type { VerifyToken } from './verify-token.ts';

/** Bytes. Source: AWS, "Quotas for configuring and running an HTTP API". */
const limits = { body: 10 * 1024 * 1024, headers: 10_240 };

/** Serves a request to an HTTP API: stage, preflight, route, throttle, authorizer, function. */
export async function serveHttp(
  gateway: Gateway,
  verify: VerifyToken,
  api: HttpApi,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = gateway.context.clock.now();
  const requestId = newId();
  const served = stageOf(api, target);
  const found = served && findRoute(api.routes, request.method ?? 'GET', served.path);
  const notes: Record<string, unknown> = {};
  const answer = served
    ? await answerTo(gateway, verify, { api, target, request, requestId, stage: served.stage, found, notes })
    : ownAnswer(404, 'Not Found');
  response.writeHead(answer.status, {
    ...answer.headers,
    'apigw-requestid': requestId,
    ...(answer.status === 204 || answer.status === 304 ? {} : { 'content-length': answer.body.length }),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
  if (served) {
    gateway.accessLog.write(served.stage, {
      ...notes,
      apiId: api.id,
      accountId: gateway.context.stack.account,
      domainName: domainNameOf(gateway.context, api.id),
      httpMethod: request.method,
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: commonLogTime(started),
      requestTimeEpoch: started,
      responseLatency: gateway.context.clock.now() - started,
      responseLength: answer.body.length,
      routeKey: found?.route.key,
      stage: served.stage.name,
      status: answer.status,
      'identity.sourceIp': sourceIpOf(request),
      'identity.userAgent': request.headers['user-agent'],
    });
  }
}

interface HttpAttempt extends Pick<HttpAsk, 'request' | 'stage' | 'requestId'> {
  readonly api: HttpApi;
  readonly target: Target;
  readonly found: FoundRoute | undefined;
  /** What the access log will say beside what is known from the start. */
  readonly notes: Record<string, unknown>;
}

async function answerTo(gateway: Gateway, verify: VerifyToken, attempt: HttpAttempt): Promise<HttpAnswer> {
  const { cors } = attempt.api;
  const { headers, method = 'GET' } = attempt.request;
  const body = await readBody(attempt.request, limits.body);
  if (cors && isPreflight(method, headers))
    return { status: 204, headers: preflightHeaders(cors, headers.origin), body: Buffer.alloc(0) };
  const answer = await routedAnswer(gateway, verify, attempt, body);
  return { ...answer, headers: withCors(cors, headers.origin, answer.headers) };
}

async function routedAnswer(
  gateway: Gateway,
  verify: VerifyToken,
  attempt: HttpAttempt,
  body: Buffer | undefined,
): Promise<HttpAnswer> {
  const { api, target, request, stage, found, notes } = attempt;
  const method = request.method ?? 'GET';
  if (!body) return ownAnswer(413, 'Request Entity Too Large');
  if (headerPairs(request).reduce((sum, [name, value]) => sum + name.length + value.length, 0) > limits.headers)
    return ownAnswer(431, 'Request Header Fields Too Large');
  if (!found) return ownAnswer(404, 'Not Found');
  const { route } = found;
  if (!gateway.throttle.route(api.id, stage, route.key)) return ownAnswer(429, 'Too Many Requests');

  const authorization = await authorizeRequest(verify, route, request, target.query);
  if (authorization.kind === 'unauthorized')
    return ownAnswer(401, 'Unauthorized', { 'www-authenticate': authorization.challenge });
  if (authorization.kind === 'forbidden') return ownAnswer(403, 'Forbidden');
  for (const [name, value] of Object.entries(authorization.authorizer?.jwt.claims ?? {}))
    notes[`authorizer.claims.${name}`] = value;
  const { integration } = route;
  if (integration?.kind !== 'function') return ownAnswer(500, 'Internal Server Error');

  const ask = { ...attempt, apiId: api.id, found, path: target.path || '/', query: target.query, body };
  const called = await callFunction(gateway.context, {
    functionId: integration.functionId,
    // The function is named by the route's path, so that a permission for `/items/{id}` holds.
    sourceArn: executeApiArn(
      gateway.context,
      api.id,
      route.key === '$default' ? `${stage.name}/$default` : `${stage.name}/${method}${route.path}`,
    ),
    event: httpEvent(gateway, { ...ask, authorizer: authorization.authorizer }),
    timeout: integration.timeout,
  });
  notes.integrationLatency = called.latency;
  if (called.kind === 'failed') notes.integrationErrorMessage = called.message;
  if (called.kind === 'timeout') return ownAnswer(503, 'Service Unavailable');
  return called.kind === 'answer' ? answerOf(called.payload) : ownAnswer(500, 'Internal Server Error');
}

/** A stage with a name stands first in the path; what no such stage takes belongs to `$default`. */
function stageOf(api: HttpApi, { path }: Target): { stage: Stage; path: string } | undefined {
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
  const named = first === '' ? undefined : api.stages.get(decode(first));
  if (named?.deployed) return { stage: named, path: rest === '' ? '/' : rest };
  const byDefault = api.stages.get('$default');
  return byDefault?.deployed ? { stage: byDefault, path: path === '' ? '/' : path } : undefined;
}
