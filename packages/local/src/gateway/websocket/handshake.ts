import type { IncomingMessage } from 'node:http';
import { recordRoute } from '#gateway/api-metrics';
import type { WebSocketApi } from '#gateway/apis';
import { domainNameOf } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import { newId } from '#gateway/ids';
import { sourceIpOf } from '#gateway/request-headers';
import type { Stage } from '#gateway/stages';
import { authorize } from './authorize.ts';
import { authorizeSigner } from './authorize-signer.ts';
import { type ConnectParts, connectParts } from './connect-event.ts';
import { type HandshakeError, handshakeErrors } from './handshake-error.ts';
import { type ConnectionMetadata, logVariables, type RequestContext, requestContextOf } from './request-context.ts';
import { type RouteOutcome, runRoute } from './run-route.ts';

export interface ConnectRequest {
  readonly api: WebSocketApi;
  readonly stage: Stage;
  readonly request: IncomingMessage;
  /** Without the `?`. */
  readonly query: string;
}

export type HandshakeResult =
  | { readonly ok: true; readonly metadata: ConnectionMetadata; readonly subprotocol: string | undefined }
  | { readonly ok: false; readonly error: HandshakeError; readonly ids: { connectionId: string; requestId: string } };

/** Runs throttle, authorizer and `$connect` while the client's upgrade waits. */
export async function handshake(gateway: Gateway, connect: ConnectRequest): Promise<HandshakeResult> {
  const { api, stage, request, query } = connect;
  const now = gateway.context.clock.now();
  const metadata: ConnectionMetadata = {
    connectionId: newId(),
    apiId: api.id,
    stage: stage.name,
    connectedAt: now,
    sourceIp: sourceIpOf(request),
    userAgent: request.headers['user-agent'],
    authorizer: undefined,
  };
  const requestId = newId();
  const parts = connectParts(request, query, { domainName: domainNameOf(gateway.context, api.id), now });
  const details = { routeKey: '$connect', eventType: 'CONNECT', requestId } as const;
  const requestContext = requestContextOf(gateway, metadata, details);

  const decision = await runConnect(gateway, connect, parts, requestContext);
  const error = decision.ok ? undefined : decision.error;
  const authorizer = decision.ok ? decision.context : undefined;
  const status = error?.status ?? 200;
  recordRoute(gateway.context, metadata, { isConnect: true, outcome: decision.outcome, status });
  gateway.accessLog.write(
    stage,
    logVariables(
      { ...requestContext, authorizer },
      {
        status,
        error: error?.message,
        latency: decision.outcome?.latency,
        integrationError: decision.outcome?.kind === 'failed' ? decision.outcome.message : undefined,
        authorizerError: decision.authorizerError,
      },
    ),
  );
  return decision.ok
    ? {
        ok: true,
        metadata: { ...metadata, authorizer, caller: decision.caller },
        subprotocol: decision.subprotocol,
      }
    : { ok: false, error: decision.error, ids: { connectionId: metadata.connectionId, requestId } };
}

type Decision = (
  | {
      readonly ok: true;
      readonly context: ConnectionMetadata['authorizer'];
      readonly caller?: ConnectionMetadata['caller'];
      readonly subprotocol: string | undefined;
    }
  | { readonly ok: false; readonly error: HandshakeError }
) & {
  /** Of `$connect`'s integration. */
  readonly outcome?: RouteOutcome;
  /** What the authorizer threw: only the access log says it. */
  readonly authorizerError?: string | undefined;
};

async function runConnect(
  gateway: Gateway,
  { api, stage, request }: ConnectRequest,
  parts: ConnectParts,
  requestContext: RequestContext,
): Promise<Decision> {
  const route = api.routes.get('$connect');
  if (!gateway.throttle.connection() || !gateway.throttle.route(api.id, stage, '$connect'))
    return { ok: false, error: handshakeErrors.throttled };
  if (!route) return { ok: true, context: undefined, subprotocol: undefined };

  const { authorizer } = route;
  const signed =
    authorizer?.kind === 'iam' ? authorizeSigner(gateway, { request, apiId: api.id, stage: stage.name }) : undefined;
  if (signed?.ok === false) return signed;
  const authorized =
    authorizer?.kind === 'lambda' ? await authorize(gateway, authorizer, { stage, parts, requestContext }) : undefined;
  if (authorized?.ok === false) return authorized;
  const context = authorized?.context;
  const caller = signed?.caller;

  const identity = { ...caller, ...requestContext.identity };
  const event = { ...parts, requestContext: { ...requestContext, identity, authorizer: context } };
  const outcome = await runRoute(gateway, route, stage, event);
  if (outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300)
    return { ok: true, context, caller, subprotocol: subprotocolOf(outcome.headers), outcome };
  return { ok: false, error: errorFor(outcome), outcome };
}

function errorFor(outcome: RouteOutcome): HandshakeError {
  switch (outcome.kind) {
    case 'answer':
      return { status: outcome.status, message: outcome.body ?? '', errorType: '' };
    case 'failed':
      return handshakeErrors.badGateway;
    case 'timeout':
      return handshakeErrors.timeout;
    case 'forbidden':
      return handshakeErrors.internal;
  }
}

/** `$connect` chooses the subprotocol. Source: AWS, "`$connect` routes that require a WebSocket subprotocol". */
function subprotocolOf(headers: Readonly<Record<string, string>>): string | undefined {
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  // It is written into the response unchanged.
  return protocol !== undefined && /^[\x20-\x7e]+$/.test(protocol) ? protocol : undefined;
}
