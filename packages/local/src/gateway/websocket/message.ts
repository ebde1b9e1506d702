import type { Gateway } from '../gateway-state.ts';
import { newId } from '../ids.ts';
import type { Connection } from './connection.ts';
import { withVariables } from './handshake.ts';
import { selectRoute } from './route-selection.ts';
import { type RouteOutcome, runRoute } from './run-route.ts';
import { logVariables, requestContextOf } from './visitor.ts';

/**
 * Takes a message to its route, or else to `$default`. The client hears of it only on a two-way route, or when it fails: then in a frame
 * with `message`, `connectionId` and `requestId`, and the connection stays open.
 */
export async function takeMessage(gateway: Gateway, connection: Connection, body: string): Promise<void> {
  const { visitor } = connection;
  const api = gateway.api(visitor.apiId);
  const stage = api?.stages.get(visitor.stage);
  if (api?.kind !== 'websocket' || !stage) return;

  const selected = selectRoute(api.selection, body);
  const route = api.routes.get(selected) ?? api.routes.get('$default');
  const requestId = newId();
  const requestContext = requestContextOf(gateway, visitor, {
    routeKey: route?.key ?? selected,
    eventType: 'MESSAGE',
    requestId,
    messageId: newId(),
  });
  const tell = (message: string) =>
    connection.send(Buffer.from(JSON.stringify({ message, connectionId: visitor.connectionId, requestId })));
  const log = (outcome: Parameters<typeof logVariables>[1]) =>
    gateway.accessLog.write(stage, logVariables(requestContext, outcome));

  if (!route) {
    log({ status: 403, error: 'Forbidden' });
    tell('Forbidden');
  } else if (!gateway.throttle.route(visitor.apiId, stage, route.key)) {
    log({ status: 429, error: 'Too Many Requests' });
    tell('Too Many Requests');
  } else {
    const event = withVariables({ requestContext, body, isBase64Encoded: false }, stage);
    const outcome = await runRoute(gateway, route, event, requestContext);
    const error = errorOf(outcome);
    log({
      status: outcome.kind === 'answer' ? outcome.status : 500,
      error,
      latency: outcome.latency,
      integrationError: outcome.kind === 'failed' ? outcome.message : undefined,
    });
    if (error !== undefined) tell(error);
    else if (route.twoWay && outcome.kind === 'answer' && outcome.body !== undefined)
      connection.send(Buffer.from(outcome.body));
  }
}

function errorOf(outcome: RouteOutcome): string | undefined {
  if (outcome.kind === 'answer') return undefined;
  return outcome.kind === 'timeout' ? 'Endpoint request timed out' : 'Internal server error';
}
