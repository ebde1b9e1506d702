import { commonLogTime } from '#gateway/access-log';
import { domainNameOf } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import type { CallerIdentity } from '#gateway/http/event-v1';

/** The fields of a connection that all its events repeat. */
export interface ConnectionMetadata {
  readonly connectionId: string;
  readonly apiId: string;
  readonly stage: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** The authorizer's context, with strings as values. */
  readonly authorizer: Readonly<Record<string, unknown>> | undefined;
  /** Who signed the handshake, if `$connect` asks for it. */
  readonly caller?: CallerIdentity | undefined;
}

export interface EventDetails {
  readonly routeKey: string;
  readonly eventType: 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
  readonly requestId: string;
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly disconnectReason?: string;
}

/** Source: AWS, "WebSocket API mapping template reference". */
export function requestContextOf(
  { context }: Pick<Gateway, 'context'>,
  metadata: ConnectionMetadata,
  details: EventDetails,
) {
  const now = context.clock.now();
  const { requestId, ...rest } = details;
  return {
    ...rest,
    authorizer: metadata.authorizer,
    messageDirection: 'IN',
    stage: metadata.stage,
    connectedAt: metadata.connectedAt,
    requestTime: commonLogTime(now),
    requestTimeEpoch: now,
    // AWS gives the same id in both fields.
    requestId,
    extendedRequestId: requestId,
    identity: { ...metadata.caller, userAgent: metadata.userAgent, sourceIp: metadata.sourceIp },
    domainName: domainNameOf(context, metadata.apiId),
    connectionId: metadata.connectionId,
    apiId: metadata.apiId,
  };
}

export type RequestContext = ReturnType<typeof requestContextOf>;

/** The access log's `$context` variables of an event. */
export function logVariables(
  requestContext: RequestContext,
  outcome: {
    status: number;
    error?: string;
    integrationError?: string;
    authorizerError?: string;
    latency?: number;
  },
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
    'authorizer.error': outcome.authorizerError,
    ...Object.fromEntries(Object.entries(authorizer).map(([name, value]) => [`authorizer.${name}`, value])),
  };
}
