import type { Gateway } from '../gateway-state.ts';
import { newId } from '../ids.ts';
import type { Ending } from './connection.ts';
import { withVariables } from './handshake.ts';
import { runRoute } from './run-route.ts';
import { logVariables, requestContextOf, type Visitor } from './visitor.ts';

/** Tells `$disconnect` that a connection is gone. It is best effort on AWS: nobody waits for it, and it may not come at all. */
export async function tellDisconnect(gateway: Gateway, visitor: Visitor, ending: Ending): Promise<void> {
  const { context } = gateway;
  const api = gateway.api(visitor.apiId);
  const route = api?.kind === 'websocket' ? api.routes.get('$disconnect') : undefined;
  const stage = api?.stages.get(visitor.stage);
  if (!route || !stage) return;
  if (context.faults.random() < context.faults.dropDisconnect) return context.counters.count('faults.dropDisconnect');
  const requestContext = requestContextOf(gateway, visitor, {
    routeKey: '$disconnect',
    eventType: 'DISCONNECT',
    requestId: newId(),
    disconnectStatusCode: ending.code,
    disconnectReason: ending.reason,
  });
  const headers = { Host: requestContext.domainName, 'x-api-key': '', 'x-restapi': '' };
  const multiValueHeaders = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const event = withVariables({ headers, multiValueHeaders, requestContext, isBase64Encoded: false }, stage);
  const outcome = await runRoute(gateway, route, event, requestContext);
  gateway.accessLog.write(
    stage,
    logVariables(requestContext, {
      status: outcome.kind === 'answer' ? outcome.status : 500,
      latency: outcome.latency,
    }),
  );
}
