import type { Answer, Incoming } from '#answer';
import type { Context } from '#context';
import { signatureErrors, verifyRequest } from '#iam/verify-request';
import { percentDecode } from '#text';
import { recordMessage } from './api-metrics.ts';
import type { WebSocketApi } from './apis.ts';
import { executeApiArn } from './call-function.ts';
import type { Gateway } from './gateway-state.ts';
import { newId } from './ids.ts';
import type { Target } from './target.ts';
import { type Connection, limits } from './websocket/connection.ts';
import type { Sockets } from './websocket/sockets.ts';

/** SDKs read an error's name from the header `x-amzn-errortype`. */
interface Outcome {
  readonly status: number;
  readonly error?: { readonly type: string; readonly message: string };
  readonly body?: unknown;
}

const errorAnswer = (status: number, type: string, message: string): Outcome => ({ status, error: { type, message } });
const gone = errorAnswer(410, 'GoneException', 'Gone');

/** Whether the path is `/<stage>/@connections/…`. */
export function isManagement({ path }: Target): boolean {
  return /^\/[^/]+\/(@|%40)connections(\/|$)/i.test(path);
}

/**
 * `POST`, `GET` and `DELETE /<stage>/@connections/<id>`. Checks the SigV4 signature for `execute-api`, then the permission
 * `execute-api:ManageConnections`. Source: AWS, "Use @connections commands in your backend service".
 */
export async function manageConnections(
  gateway: Gateway,
  sockets: Sockets,
  api: WebSocketApi,
  target: Target,
  request: Incoming,
): Promise<Answer> {
  const { status, error, ...outcome } = await manage(gateway, sockets, api, target, request);
  const body = error ? { message: error.message } : outcome.body;
  return {
    status,
    headers: {
      'x-amzn-requestid': newId(),
      ...(error && { 'x-amzn-errortype': error.type }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

async function manage(
  { context, throttle }: Gateway,
  sockets: Sockets,
  api: WebSocketApi,
  target: Target,
  request: Incoming,
): Promise<Outcome> {
  const [, stageName = '', , connectionId = ''] = target.path.split('/').map(percentDecode);
  const body = await request.body(limits.message);
  if (!body) return errorAnswer(413, 'PayloadTooLargeException', 'Request Too Long');

  const { method } = request;
  const { policies, counters, calls } = context;
  const signature = verifyRequest(request, body, 'execute-api', context);
  if (!signature.ok) return errorAnswer(403, signatureErrors[signature.code], signature.message);
  if (!api.stages.get(stageName)?.deployed) return errorAnswer(403, 'ForbiddenException', 'Forbidden');
  const resource = executeApiArn(context, api.id, `${stageName}/${method}/@connections/${connectionId}`);
  const decision = policies.authorize(signature.principal, 'execute-api:ManageConnections', resource);
  if (!decision.allowed) return errorAnswer(403, 'AccessDeniedException', decision.message);
  if (!throttle.request()) return errorAnswer(429, 'LimitExceededException', 'Too Many Requests');

  if (method === 'POST') {
    const { principal: signer } = signature;
    return calls.pass({ kind: 'post', name: connectionId, signer }, () =>
      post(context, sockets.find(api.id, stageName, connectionId), body),
    );
  }
  const connection = sockets.find(api.id, stageName, connectionId);
  if (method === 'DELETE') {
    counters.count('connections.delete');
    connection?.close({ code: 1000, reason: 'Connection Closed Normally' });
    return connection ? { status: 204 } : gone;
  }
  if (method !== 'GET') return errorAnswer(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (!connection) return gone;
  const { connectedAt, sourceIp, userAgent } = connection.metadata;
  return {
    status: 200,
    body: {
      connectedAt: new Date(connectedAt).toISOString(),
      identity: { sourceIp, userAgent },
      lastActiveAt: new Date(connection.lastActiveAt()).toISOString(),
    },
  };
}

function post(context: Context, connection: Connection | undefined, body: Buffer): Outcome {
  const { faults, counters } = context;
  counters.count('connections.post');
  const faked = connection && faults.random() < faults.postGone;
  if (faked) counters.count('faults.postGone');
  if (!connection || faked) {
    counters.count('connections.post.gone');
    return gone;
  }
  const throttled = faults.random() < faults.postThrottled;
  if (throttled) counters.count('faults.postThrottled');
  if (throttled || !connection.send(body)) {
    counters.count('connections.post.throttled');
    return errorAnswer(429, 'LimitExceededException', 'Too Many Requests');
  }
  recordMessage(context, connection.metadata);
  counters.count('gateway.bytes-out', body.length);
  return { status: 200 };
}
