import { z } from 'zod';
import type { RequestAuthorizer } from '#gateway/authorizers';
import { callFunction, executeApiArn } from '#gateway/call-function';
import { evaluatePolicy } from '#gateway/evaluate-policy';
import type { Gateway } from '#gateway/gateway-state';
import type { Stage } from '#gateway/stages';
import { isObject } from '#text';
import type { ConnectParts } from './connect-event.ts';
import { type HandshakeError, handshakeErrors } from './handshake-error.ts';
import type { RequestContext } from './request-context.ts';

export type Authorization =
  | { readonly ok: true; readonly context: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false;
      readonly error: HandshakeError;
      /** What the function threw: only the access log says it. */
      readonly authorizerError?: string | undefined;
    };

/** Values of the context are strings, numbers or booleans, and become strings, as in later events. */
const scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));

/**
 * Invokes a REQUEST authorizer. A WebSocket API does not cache its result. The handshake fails with 401 without an invocation if an identity
 * source is missing or empty; with 401 if the function throws `Unauthorized`; with 403 if the policy does not allow; otherwise with 500.
 */
export async function authorize(
  gateway: Gateway,
  authorizer: RequestAuthorizer,
  input: { readonly stage: Stage; readonly parts: ConnectParts; readonly requestContext: RequestContext },
): Promise<Authorization> {
  const { stage, parts, requestContext } = input;
  const { context } = gateway;
  if (!authorizer.identitySources.every((source) => identityOf(source, input)))
    return { ok: false, error: handshakeErrors.unauthorized };
  if (authorizer.functionId === undefined) return { ok: false, error: handshakeErrors.internal };

  const methodArn = executeApiArn(context, requestContext.apiId, `${stage.name}/$connect`);
  const answer = await callFunction(context, {
    functionId: authorizer.functionId,
    sourceArn: executeApiArn(context, requestContext.apiId, `authorizers/${authorizer.id}`),
    // Source: AWS, "Create a Lambda REQUEST authorizer function" (WebSocket APIs).
    event: { type: 'REQUEST', methodArn, ...parts, stageVariables: stage.variables ?? {}, requestContext },
    timeout: 30_000,
  });
  if (answer.kind === 'failed' && /^\w*: Unauthorized$/.test(answer.message))
    return { ok: false, error: handshakeErrors.unauthorized };
  if (answer.kind !== 'answer') {
    const authorizerError = answer.kind === 'failed' ? answer.message : undefined;
    return { ok: false, error: handshakeErrors.internal, authorizerError };
  }

  const decision = evaluatePolicy(answer.payload, methodArn);
  if (decision.kind === 'malformed') return { ok: false, error: handshakeErrors.internal };
  if (decision.kind === 'denied')
    return { ok: false, error: decision.explicitly ? handshakeErrors.deniedExplicitly : handshakeErrors.denied };
  const properties = scalars.safeParse(decision.context ?? {});
  if (!properties.success) return { ok: false, error: handshakeErrors.internal };
  return { ok: true, context: { principalId: decision.principalId, ...properties.data } };
}

/** The value of `route.request.header.X`, `route.request.querystring.Y`, `stageVariables.Z` or `context.…`, or ''. */
function identityOf(source: string, { stage, parts, requestContext }: Parameters<typeof authorize>[2]): string {
  const [, kind, name = ''] =
    /^(route\.request\.header|route\.request\.querystring|stageVariables|context)\.(.+)$/.exec(source) ?? [];
  if (kind === 'stageVariables') return stage.variables?.[name] ?? '';
  if (kind === 'route.request.querystring') return parts.queryStringParameters?.[name] ?? '';
  if (kind === 'route.request.header') {
    const found = Object.entries(parts.headers).find(([header]) => header.toLowerCase() === name.toLowerCase());
    return found?.[1] ?? '';
  }
  const value = name
    .split('.')
    .reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), requestContext);
  return kind === 'context' && value !== undefined ? String(value) : '';
}
