import type { Gateway } from '#gateway/gateway-state';
import { newId } from '#gateway/ids';
import type { CloseStatus } from './connection.ts';
import { type ConnectionMetadata, logVariables, requestContextOf } from './request-context.ts';
import { runRoute } from './run-route.ts';

/** Invokes `$disconnect` for a closed connection. On AWS it is best effort and may not happen. */
export async function runDisconnect(gateway: Gateway, metadata: ConnectionMetadata, close: CloseStatus): Promise<void> {
  const { context } = gateway;
  const api = gateway.api(metadata.apiId);
  const route = api?.kind === 'websocket' ? api.routes.get('$disconnect') : undefined;
  const stage = api?.stages.get(metadata.stage);
  if (!route || !stage) return;
  if (context.faults.random() < context.faults.dropDisconnect) return context.counters.count('faults.dropDisconnect');
  const requestContext = requestContextOf(gateway, metadata, {
    routeKey: '$disconnect',
    eventType: 'DISCONNECT',
    requestId: newId(),
    disconnectStatusCode: close.code,
    disconnectReason: close.reason,
  });
  const headers = { Host: requestContext.domainName, 'x-api-key': '', 'x-restapi': '' };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const outcome = await runRoute(gateway, route, stage, { headers, multiValueHeaders, requestContext });
  const status = outcome.kind === 'answer' ? outcome.status : 500;
  const integrationError = outcome.kind === 'failed' ? outcome.message : undefined;
  gateway.accessLog.write(stage, logVariables(requestContext, { status, latency: outcome.latency, integrationError }));
}
