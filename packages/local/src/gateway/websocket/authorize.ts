import type { RequestAuthorizer } from '../apis.ts';
import { callFunction, executeApiArn } from '../call-function.ts';
import type { Gateway } from '../gateway-state.ts';
import type { Stage } from '../stages.ts';
import { decide } from './authorizer-policy.ts';
import { authorizerEvent, type ConnectParts } from './connect-event.ts';
import { type Refusal, refusals } from './refusal.ts';
import type { RequestContext } from './visitor.ts';

export type Authorization =
  | { readonly ok: true; readonly context: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Asks a REQUEST authorizer, which is never cached on a WebSocket API: 401 without asking when an identity source is missing or empty,
 * 401 when it fails with the word `Unauthorized`, 403 when its policy does not allow, 500 for whatever else goes wrong.
 */
export async function authorize(
  gateway: Gateway,
  authorizer: RequestAuthorizer,
  attempt: { readonly stage: Stage; readonly parts: ConnectParts; readonly requestContext: RequestContext },
): Promise<Authorization> {
  const { stage, parts, requestContext } = attempt;
  const { context } = gateway;
  if (!authorizer.identitySources.every((source) => identityOf(source, attempt)))
    return { ok: false, refusal: refusals.unauthorized };
  if (authorizer.functionId === undefined) return { ok: false, refusal: refusals.internal };

  const methodArn = executeApiArn(context, requestContext.apiId, `${stage.name}/$connect`);
  const answer = await callFunction(context, {
    functionId: authorizer.functionId,
    sourceArn: executeApiArn(context, requestContext.apiId, `authorizers/${authorizer.id}`),
    event: authorizerEvent(parts, requestContext, { methodArn, stageVariables: stage.variables }),
    timeout: 30_000,
  });
  if (answer.kind === 'failed' && /^\w*: Unauthorized$/.test(answer.message))
    return { ok: false, refusal: refusals.unauthorized };
  if (answer.kind !== 'answer') return { ok: false, refusal: refusals.internal };

  const decision = decide(answer.payload, methodArn);
  if (decision.kind === 'malformed') return { ok: false, refusal: refusals.internal };
  if (decision.kind === 'denied')
    return { ok: false, refusal: decision.explicitly ? refusals.deniedExplicitly : refusals.denied };
  return { ok: true, context: decision.context };
}

/** The value of `route.request.header.X`, `route.request.querystring.Y`, `stageVariables.Z` or `context.…`; empty when it has none. */
function identityOf(source: string, { stage, parts, requestContext }: Parameters<typeof authorize>[2]): string {
  const [, kind, name = ''] =
    /^(route\.request\.header|route\.request\.querystring|stageVariables|context)\.(.+)$/.exec(source) ?? [];
  if (kind === 'stageVariables') return stage.variables[name] ?? '';
  if (kind === 'route.request.querystring') return parts.queryStringParameters?.[name] ?? '';
  if (kind === 'route.request.header') {
    const found = Object.entries(parts.headers).find(([header]) => header.toLowerCase() === name.toLowerCase());
    return found?.[1] ?? '';
  }
  const value = name
    .split('.')
    .reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), requestContext);
  return kind === 'context' && value !== undefined ? String(value) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
