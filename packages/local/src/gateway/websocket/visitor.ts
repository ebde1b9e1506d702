import { domainNameOf } from '../call-function.ts';
import type { Gateway } from '../gateway-state.ts';
import { commonLogTime } from '../time.ts';

/** Who is connected, or asks to be: what every event of a connection repeats. */
export interface Visitor {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** What the authorizer said, all of it as strings. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
}

export interface EventDetails {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly requestId: string;
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
}

/** `requestContext`, alike for all events. Source: AWS, "WebSocket API mapping template reference". */
export function requestContextOf({ context }: Pick<Gateway, 'context'>, visitor: Visitor, details: EventDetails) {
  const now = context.clock.now();
  const { requestId, ...rest } = details;
  return {
    ...rest,
    ...(visitor.authorizer ? { authorizer: visitor.authorizer } : {}),
    messageDirection: 'IN',
    stage: visitor.stage,
    connectedAt: visitor.connectedAt,
    requestTime: commonLogTime(now),
    requestTimeEpoch: now,
    // AWS gives the same id twice.
    requestId,
    extendedRequestId: requestId,
    identity: {
      ...(visitor.userAgent === undefined ? {} : { userAgent: visitor.userAgent }),
      sourceIp: visitor.sourceIp,
    },
    domainName: domainNameOf(context, visitor.apiId),
    connectionId: visitor.connectionId,
    apiId: visitor.apiId,
  };
}

export type RequestContext = ReturnType<typeof requestContextOf>;

/** The access log's variables of an event. */
export function logVariables(
  requestContext: RequestContext,
  outcome: { status: number; error?: string; integrationError?: string; latency?: number },
): Record<string, unknown> {
  const { authorizer = {}, identity, ...simple } = requestContext;
  return {
    ...simple,
    status: outcome.status,
    integrationLatency: outcome.latency,
    'identity.sourceIp': identity.sourceIp,
    'identity.userAgent': identity.userAgent,
    'error.message': outcome.error,
    'error.messageString': outcome.error === undefined ? undefined : JSON.stringify(outcome.error),
    'integration.error': outcome.integrationError,
    integrationErrorMessage: outcome.integrationError,
    ...Object.fromEntries(Object.entries(authorizer).map(([name, value]) => [`authorizer.${name}`, value])),
  };
}
