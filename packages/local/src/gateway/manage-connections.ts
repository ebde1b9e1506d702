import type { IncomingMessage, ServerResponse } from 'node:http';
import { signatureErrors, verifyRequest } from '#iam/verify-request';
import { readBody } from '#read-body';
import type { WebSocketApi } from './apis.ts';
import { executeApiArn } from './call-function.ts';
import type { Gateway } from './gateway-state.ts';
import { newId } from './ids.ts';
import { decode, type Target } from './target.ts';
import { limits } from './websocket/connection.ts';
import type { Sockets } from './websocket/sockets.ts';

/** An answer of the management API: SDKs learn a refusal's name from the header `x-amzn-errortype`. */
interface Answer {
  readonly status: number;
  readonly error?: { readonly type: string; readonly message: string };
  readonly body?: unknown;
}

const refused = (status: number, type: string, message: string): Answer => ({ status, error: { type, message } });
const gone = refused(410, 'GoneException', 'Gone');

/** Does a path lead to `/<stage>/@connections/…`? */
export function isManagement({ path }: Target): boolean {
  return /^\/[^/]+\/(@|%40)connections(\/|$)/i.test(path);
}

/**
 * `POST`, `GET` and `DELETE /<stage>/@connections/<id>`: SigV4 for `execute-api`, the action `execute-api:ManageConnections`, then the
 * connection. Source: AWS, "Use @connections commands in your backend service".
 */
export async function manageConnections(
  gateway: Gateway,
  sockets: Sockets,
  api: WebSocketApi,
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(gateway, sockets, api, target, request);
  const body = answer.error ? { message: answer.error.message } : answer.body;
  response.writeHead(answer.status, {
    'x-amzn-requestid': newId(),
    ...(answer.error ? { 'x-amzn-errortype': answer.error.type } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function answerTo(
  { context, throttle }: Gateway,
  sockets: Sockets,
  api: WebSocketApi,
  target: Target,
  request: IncomingMessage,
): Promise<Answer> {
  const [, stageName = '', , connectionId = ''] = target.path.split('/').map(decode);
  const body = await readBody(request, limits.message);
  if (!body) return refused(413, 'PayloadTooLargeException', 'Request Too Long');

  const method = request.method ?? '';
  const { policies, faults, counters } = context;
  const signature = await verifyRequest(request, body, 'execute-api', context);
  if (!signature.ok) return refused(403, signatureErrors[signature.code], signature.message);
  if (!api.stages.get(stageName)?.deployed) return refused(403, 'ForbiddenException', 'Forbidden');
  const resource = executeApiArn(context, api.id, `${stageName}/${method}/@connections/${connectionId}`);
  const decision = policies.authorize(signature.principal, 'execute-api:ManageConnections', resource);
  if (!decision.allowed) return refused(403, 'AccessDeniedException', decision.message);
  if (!throttle.request()) return refused(429, 'LimitExceededException', 'Too Many Requests');

  const connection = sockets.find(api.id, stageName, connectionId);
  if (method === 'POST') {
    counters.count('connections.post');
    const forgotten = connection && faults.random() < faults.postGone;
    if (forgotten) counters.count('faults.postGone');
    if (!connection || forgotten) {
      counters.count('connections.post.gone');
      return gone;
    }
    const throttled = faults.random() < faults.postThrottled;
    if (throttled) counters.count('faults.postThrottled');
    if (throttled || !connection.send(body)) {
      counters.count('connections.post.throttled');
      return refused(429, 'LimitExceededException', 'Too Many Requests');
    }
    return { status: 200 };
  }
  if (method === 'DELETE') {
    counters.count('connections.delete');
    connection?.end({ code: 1000, reason: 'Connection Closed Normally' });
    return connection ? { status: 204 } : gone;
  }
  if (method !== 'GET') return refused(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!connection) return gone;
  const { connectedAt, sourceIp, userAgent } = connection.visitor;
  return {
    status: 200,
    body: {
      connectedAt: new Date(connectedAt).toISOString(),
      identity: { sourceIp, userAgent },
      lastActiveAt: new Date(connection.lastActiveAt()).toISOString(),
    },
  };
}
