import { z } from 'zod';
import { fillTemplate } from '#gateway/access-log';
import type { SocketRoute } from '#gateway/apis';
import { callFunction, executeApiArn } from '#gateway/call-function';
import type { Gateway } from '#gateway/gateway-state';
import type { Integration } from '#gateway/integration';
import type { Stage } from '#gateway/stages';
import { logVariables, type RequestContext } from './request-context.ts';

export type RouteOutcome = Outcome & {
  /** Milliseconds; absent if no function was invoked. */
  readonly latency?: number;
};

type Outcome =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | undefined;
    }
  /** It threw, or returned a malformed response. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'timeout' }
  /** The function's resource policy does not allow API Gateway. */
  | { readonly kind: 'forbidden' };

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** The response format of a Lambda proxy integration. */
const proxyResponse = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), text).nullish(),
  body: z.string().nullish(),
});

/** Runs the integration of a route. A route without one gives an empty 200, as AWS allows for `$connect`. */
export async function runRoute(
  gateway: Gateway,
  route: SocketRoute,
  { variables: stageVariables }: Pick<Stage, 'variables'>,
  event: { readonly requestContext: RequestContext } & Readonly<Record<string, unknown>>,
): Promise<RouteOutcome> {
  const { requestContext } = event;
  const { integration } = route;
  if (!integration) return { kind: 'answer', status: 200, headers: {}, body: undefined };
  if (integration.kind === 'mock') return mock(integration, requestContext);
  if (integration.kind === 'unserved') {
    const message = `${route.key} is not served here: ${integration.reason}`;
    gateway.context.log(message);
    return { kind: 'failed', message };
  }

  const { apiId, stage } = requestContext;
  const called = await callFunction(gateway.context, {
    functionId: integration.functionId,
    sourceArn: executeApiArn(gateway.context, apiId, `${stage}/${route.key}`),
    event: { ...event, isBase64Encoded: false, stageVariables },
    timeout: integration.timeout,
  });
  if (called.kind !== 'answer') return called;
  const { latency } = called;
  const parsed = proxyResponse.safeParse(called.payload);
  if (!parsed.success) return { kind: 'failed', message: 'Malformed Lambda proxy response', latency };
  const { statusCode, headers, body } = parsed.data;
  return { kind: 'answer', status: statusCode, headers: headers ?? {}, body: body ?? undefined, latency };
}

/** A mock integration answers from its templates. Only `$context.…` of the template language is supported. */
function mock(integration: Extract<Integration, { kind: 'mock' }>, requestContext: RequestContext): RouteOutcome {
  const variables = logVariables(requestContext, { status: 200 });
  const status = statusOf(fillTemplate(integration.requestTemplate ?? '', variables));
  const response =
    integration.responses.find(({ key }) => key !== '$default' && matches(key, status)) ??
    integration.responses.find(({ key }) => key === '$default');
  return {
    kind: 'answer',
    status,
    headers: {},
    body: response?.template === undefined ? undefined : fillTemplate(response.template, variables),
  };
}

function matches(key: string, status: number): boolean {
  return new RegExp(`^(?:${key.replace(/^\/|\/$/g, '')})$`).test(String(status));
}

function statusOf(request: string): number {
  const status = /"statusCode"\s*:\s*"?(\d{3})/.exec(request)?.[1];
  return status === undefined ? 200 : Number(status);
}
