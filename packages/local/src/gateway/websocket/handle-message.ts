import { recordMessage, recordRoute } from '#gateway/api-metrics';
import type { Gateway } from '#gateway/gateway-state';
import { newId } from '#gateway/ids';
import type { Connection } from './connection.ts';
import { logVariables, requestContextOf } from './request-context.ts';
import { selectRoute } from './route-selection.ts';
import { type RouteOutcome, runRoute } from './run-route.ts';

/**
 * Runs the message's route, or `$default`. The client gets a two-way route's response, or on failure a frame with `message`,
 * `connectionId` and `requestId`. After a failure the connection stays open.
 */
export async function handleMessage(gateway: Gateway, connection: Connection, body: string): Promise<void> {
  const { metadata } = connection;
  const api = gateway.api(metadata.apiId);
  const stage = api?.stages.get(metadata.stage);
  if (api?.kind !== 'websocket' || !stage) return;

  const selected = selectRoute(api.routeSelectionExpression, body);
  const route = api.routes.get(selected) ?? api.routes.get('$default');
  const requestId = newId();
  const { context } = gateway;
  recordMessage(context, metadata);
  const requestContext = requestContextOf(gateway, metadata, {
    routeKey: route?.key ?? selected,
    eventType: 'MESSAGE',
    requestId,
    messageId: newId(),
  });
  let outcome: RouteOutcome | undefined;
  let error: string | undefined;
  let status: number;
  if (!route) {
    [status, error] = [403, 'Forbidden'];
  } else if (!gateway.throttle.route(metadata.apiId, stage, route.key)) {
    [status, error] = [429, 'Too Many Requests'];
  } else {
    outcome = await runRoute(gateway, route, stage, { requestContext, body });
    status = outcome.kind === 'answer' ? outcome.status : 500;
    error = errorOf(outcome);
  }
  recordRoute(context, metadata, { isConnect: false, outcome, status });
  const integrationError = outcome?.kind === 'failed' ? outcome.message : undefined;
  gateway.accessLog.write(
    stage,
    logVariables(requestContext, { status, error, latency: outcome?.latency, integrationError }),
  );
  if (error !== undefined) {
    recordMessage(context, metadata);
    const { connectionId } = metadata;
    connection.send(Buffer.from(JSON.stringify({ message: error, connectionId, requestId })));
  } else if (route?.twoWay && outcome?.kind === 'answer' && outcome.body !== undefined) {
    recordMessage(context, metadata);
    connection.send(Buffer.from(outcome.body));
  }
}

function errorOf(outcome: RouteOutcome): string | undefined {
  if (outcome.kind === 'answer') return undefined;
  return outcome.kind === 'timeout' ? 'Endpoint request timed out' : 'Internal server error';
}
