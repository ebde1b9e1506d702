import type { Context } from '#context';
import type { RouteOutcome } from './websocket/run-route.ts';

interface Place {
  readonly apiId: string;
  readonly stage: string;
}

/** Of an API, and of its stage. Those of single routes are not recorded. */
function record(
  { metrics }: Pick<Context, 'metrics'>,
  { apiId, stage }: Place,
  name: string,
  value: number,
  unit = 'Count',
): void {
  const places: readonly Record<string, string>[] = [{ ApiId: apiId }, { ApiId: apiId, Stage: stage }];
  for (const dimensions of places) {
    metrics.record({ namespace: 'AWS/ApiGateway', name, dimensions }, value, { unit });
  }
}

/**
 * A request to an HTTP API.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 * @param of.integration milliseconds; undefined if no function was invoked @param of.bytes of the answer
 */
export function recordRequest(
  context: Pick<Context, 'metrics'>,
  place: Place,
  of: { status: number; latency: number; integration: number | undefined; bytes: number },
): void {
  record(context, place, 'Count', 1);
  record(context, place, '4xx', of.status >= 400 && of.status < 500 ? 1 : 0);
  record(context, place, '5xx', of.status >= 500 ? 1 : 0);
  record(context, place, 'Latency', of.latency, 'Milliseconds');
  record(context, place, 'DataProcessed', of.bytes, 'Bytes');
  if (of.integration !== undefined) record(context, place, 'IntegrationLatency', of.integration, 'Milliseconds');
}

/** A message to or from a client. */
export function recordMessage(context: Pick<Context, 'metrics'>, place: Place): void {
  record(context, place, 'MessageCount', 1);
}

/**
 * What became of an event of a WebSocket API. Which failures are `ExecutionError` AWS does not say; that of a function that threw is a guess.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-logging.html
 * @param outcome of the integration; undefined if there was none @param status what the client or the access log gets
 */
export function recordRoute(
  context: Pick<Context, 'metrics'>,
  place: Place,
  { isConnect, outcome, status }: { isConnect: boolean; outcome: RouteOutcome | undefined; status: number },
): void {
  if (isConnect && outcome) record(context, place, 'ConnectCount', 1);
  const failed =
    outcome?.kind === 'answer' ? outcome.status >= 400 : outcome?.kind === 'failed' || outcome?.kind === 'timeout';
  record(context, place, 'IntegrationError', failed ? 1 : 0);
  record(context, place, 'ClientError', outcome === undefined && status >= 400 && status < 500 ? 1 : 0);
  const notCalled = outcome === undefined ? status >= 500 : outcome.kind === 'forbidden';
  record(context, place, 'ExecutionError', notCalled ? 1 : 0);
  if (outcome?.latency !== undefined) record(context, place, 'IntegrationLatency', outcome.latency, 'Milliseconds');
}
