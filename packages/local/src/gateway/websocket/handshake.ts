import type { IncomingMessage } from 'node:http';
import type { WebSocketApi } from '../apis.ts';
import { domainNameOf } from '../call-function.ts';
import type { Gateway } from '../gateway-state.ts';
import { newId } from '../ids.ts';
import { sourceIpOf } from '../request-headers.ts';
import type { Stage } from '../stages.ts';
import { authorize } from './authorize.ts';
import { type ConnectParts, connectEvent, connectParts } from './connect-event.ts';
import { type Refusal, refusals } from './refusal.ts';
import { type RouteOutcome, runRoute } from './run-route.ts';
import { logVariables, type RequestContext, requestContextOf, type Visitor } from './visitor.ts';

export interface Attempt {
  readonly api: WebSocketApi;
  readonly stage: Stage;
  readonly request: IncomingMessage;
  /** Without the `?`. */
  readonly query: string;
}

export type Admission =
  | { readonly ok: true; readonly visitor: Visitor; readonly subprotocol: string | undefined }
  | { readonly ok: false; readonly refusal: Refusal; readonly ids: { connectionId: string; requestId: string } };

/** Decides about a connection while the client's upgrade waits: throttle, authorizer, then `$connect`. */
export async function handshake(gateway: Gateway, attempt: Attempt): Promise<Admission> {
  const { api, stage, request, query } = attempt;
  const now = gateway.context.clock.now();
  const stranger: Visitor = {
    connectionId: newId(),
    apiId: api.id,
    stage: stage.name,
    connectedAt: now,
    sourceIp: sourceIpOf(request),
    userAgent: request.headers['user-agent'],
    authorizer: undefined,
  };
  const details = { routeKey: '$connect', eventType: 'CONNECT', requestId: newId() } as const;
  const parts = connectParts(request, query, { domainName: domainNameOf(gateway.context, api.id), now });
  const asked = requestContextOf(gateway, stranger, details);

  const decision = await decideOn(gateway, attempt, parts, asked);
  const refusal = decision.ok ? undefined : decision.refusal;
  gateway.accessLog.write(
    stage,
    logVariables(
      { ...asked, ...(decision.ok && decision.context ? { authorizer: decision.context } : {}) },
      { status: refusal?.status ?? 200, error: refusal?.message, latency: decision.latency },
    ),
  );
  return decision.ok
    ? { ok: true, visitor: { ...stranger, authorizer: decision.context }, subprotocol: decision.subprotocol }
    : {
        ok: false,
        refusal: decision.refusal,
        ids: { connectionId: stranger.connectionId, requestId: details.requestId },
      };
}

type Decision = (
  | { readonly ok: true; readonly context: Visitor['authorizer']; readonly subprotocol: string | undefined }
  | { readonly ok: false; readonly refusal: Refusal }
) & { readonly latency?: number };

async function decideOn(
  gateway: Gateway,
  { api, stage }: Attempt,
  parts: ConnectParts,
  requestContext: RequestContext,
): Promise<Decision> {
  const route = api.routes.get('$connect');
  if (!gateway.throttle.connection() || !gateway.throttle.route(api.id, stage, '$connect'))
    return { ok: false, refusal: refusals.throttled };
  if (!route) return { ok: true, context: undefined, subprotocol: undefined };

  const authorized = route.authorizer
    ? await authorize(gateway, route.authorizer, { stage, parts, requestContext })
    : undefined;
  if (authorized?.ok === false) return authorized;
  const context = authorized?.context;

  const known = { ...requestContext, ...(context ? { authorizer: context } : {}) };
  const outcome = await runRoute(gateway, route, withVariables(connectEvent(parts, known), stage), known);
  const { latency } = outcome;
  if (outcome.kind === 'answer' && outcome.status >= 200 && outcome.status < 300)
    return { ok: true, context, subprotocol: subprotocolOf(outcome.headers), latency };
  return { ok: false, refusal: refusalFor(outcome), latency };
}

/** The stage's variables stand in an event only when it has some. */
export function withVariables<Event extends object>(event: Event, { variables }: Pick<Stage, 'variables'>): Event {
  return Object.keys(variables).length > 0 ? { ...event, stageVariables: variables } : event;
}

function refusalFor(outcome: RouteOutcome): Refusal {
  switch (outcome.kind) {
    case 'answer':
      return { status: outcome.status, message: outcome.body ?? '', errorType: '' };
    case 'failed':
      return refusals.badGateway;
    case 'timeout':
      return refusals.timeout;
    case 'forbidden':
      return refusals.internal;
  }
}

/** A protocol is spoken only when `$connect` says so. Source: AWS, "`$connect` routes that require a WebSocket subprotocol". */
function subprotocolOf(headers: Readonly<Record<string, string>>): string | undefined {
  const protocol = Object.entries(headers).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  // It is written into the response as it stands.
  return protocol !== undefined && /^[\x20-\x7e]+$/.test(protocol) ? protocol : undefined;
}
