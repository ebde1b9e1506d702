import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answering, overHttp } from '#answer';
import type { Context, Service } from '#context';
import { createAccessLog } from './access-log.ts';
import { type Api, readApis } from './apis.ts';
import type { Gateway } from './gateway-state.ts';
import { createAuthorizerCache } from './http/lambda-authorizer.ts';
import { serveHttp } from './http/serve-http.ts';
import { createVerifyToken } from './http/verify-token.ts';
import { newId } from './ids.ts';
import { isManagement, manageConnections } from './manage-connections.ts';
import { perStack } from './per-stack.ts';
import { readTarget, type Target } from './target.ts';
import { createThrottle } from './throttle.ts';
import { handshakeErrors, rejectUpgrade } from './websocket/handshake-error.ts';
import { createSockets } from './websocket/sockets.ts';

/** An open WebSocket connection, for tests and the console. Times are milliseconds since the epoch. */
export interface ConnectionInfo {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  readonly connectedAt: number;
  readonly lastActiveAt: number;
}

/**
 * API Gateway v2: serves the template's HTTP and WebSocket APIs and the `@connections` API below `/_aws/execute-api/<apiId>`.
 * Stop it before the functions, because closing the connections invokes `$disconnect`.
 * @throws BrokenStack if the template has an API that cannot be served locally
 */
export async function startGateway(
  context: Context,
): Promise<Service & Required<Pick<Service, 'upgrade'>> & { connections(): readonly ConnectionInfo[] }> {
  const apis = perStack(context, readApis);
  const gateway: Gateway = {
    context,
    throttle: createThrottle(context.clock),
    accessLog: createAccessLog(context),
    api: (id) => apis().get(id),
  };
  const sockets = createSockets(gateway);
  const authorizers = { verify: createVerifyToken(context), cache: createAuthorizerCache(gateway) };

  const answerManagement: Answering = async (incoming) => {
    const target = readTarget(incoming.url);
    const api = target && gateway.api(target.apiId);
    if (target && api?.kind === 'websocket') return manageConnections(gateway, sockets, api, target, incoming);
    return { status: 403, headers: { 'content-type': 'application/json' }, body: '{"message":"Forbidden"}' };
  };
  const manageOverHttp = overHttp(answerManagement);

  function serve(api: Api, target: Target, request: IncomingMessage, response: ServerResponse): void | Promise<void> {
    if (api.kind === 'http') return serveHttp(gateway, authorizers, api, target, request, response);
    if (isManagement(target)) return manageOverHttp(request, response);
    // A WebSocket API serves upgrades only.
    sendJson(response, 426, 'Upgrade Required', { upgrade: 'websocket', connection: 'upgrade' });
  }

  return {
    /** Only of `@connections`. */
    answer: answerManagement,
    async handle(request, response) {
      const target = readTarget(request.url ?? '');
      const api = target && gateway.api(target.apiId);
      try {
        if (api) await serve(api, target, request, response);
        else sendJson(response, 403, 'Forbidden');
      } catch (error) {
        // The client disconnected.
        if (request.errored) return;
        context.log(`API Gateway: ${String(error)}`);
        if (!response.headersSent) sendJson(response, 500, 'Internal Server Error');
        else response.destroy();
      }
    },
    upgrade(request, socket, head) {
      const target = readTarget(request.url ?? '');
      if (target) sockets.upgrade(target, request, socket, head);
      else rejectUpgrade(socket, handshakeErrors.forbidden, { connectionId: newId(), requestId: newId() });
    },
    connections: () =>
      sockets.all().map(({ metadata, lastActiveAt }) => ({
        connectionId: metadata.connectionId,
        apiId: metadata.apiId,
        stage: metadata.stage,
        connectedAt: metadata.connectedAt,
        lastActiveAt: lastActiveAt(),
      })),
    async stop() {
      await sockets.stop();
      await gateway.accessLog.stop();
    },
  };
}

function sendJson(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ message }));
}
