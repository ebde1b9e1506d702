import { z } from 'zod';
import type { LambdaAuthorizer } from '#gateway/authorizers';
import { callFunction, executeApiArn } from '#gateway/call-function';
import { evaluatePolicy } from '#gateway/evaluate-policy';
import type { Gateway } from '#gateway/gateway-state';
import type { HttpAuthorization } from './authorization.ts';
import { eventV1 } from './event-v1.ts';
import { eventV2 } from './event-v2.ts';
import { identityValues } from './identity-sources.ts';
import type { DescribedRequest, RoutedRequest } from './request-event.ts';

/** Milliseconds. Source: AWS, "Quotas for configuring and running an HTTP API". */
const timeout = 10_000;
/** Answers that are kept. */
const mostKept = 10_000;

/** The answers of Lambda authorizers that are still good. */
export interface AuthorizerCache {
  get(authorizer: LambdaAuthorizer, identity: readonly string[]): unknown;
  set(authorizer: LambdaAuthorizer, identity: readonly string[], answer: unknown): void;
}

/** A reload begins anew, because somebody who has just changed an authorizer wants to see what it does. */
export function createAuthorizerCache({ context }: Pick<Gateway, 'context'>): AuthorizerCache {
  let kept = new Map<string, { readonly answer: unknown; readonly until: number }>();
  let keptFor = context.stack;
  const keyOf = ({ id }: LambdaAuthorizer, identity: readonly string[]) => JSON.stringify([id, ...identity]);
  return {
    get(authorizer, identity) {
      if (keptFor !== context.stack) [kept, keptFor] = [new Map(), context.stack];
      const found = kept.get(keyOf(authorizer, identity));
      return found && found.until > context.clock.now() ? found.answer : undefined;
    },
    set(authorizer, identity, answer) {
      if (authorizer.ttlSeconds === 0) return;
      if (kept.size >= mostKept) kept.clear();
      kept.set(keyOf(authorizer, identity), { answer, until: context.clock.now() + authorizer.ttlSeconds * 1000 });
    },
  };
}

/**
 * Runs a Lambda authorizer, or takes its kept answer for these identity sources, and judges it for this route. A missing identity source is
 * 401 without a call. A function that fails, may not be invoked or answers something else gives 500, whatever it threw.
 * Source: AWS, "Control access to HTTP APIs with AWS Lambda authorizers".
 */
export async function runLambdaAuthorizer(
  gateway: Gateway,
  cache: AuthorizerCache,
  authorizer: LambdaAuthorizer,
  described: DescribedRequest,
  routed: RoutedRequest,
): Promise<HttpAuthorization> {
  const identity = identityValues(authorizer.identitySources, described, routed);
  if (identity.includes('')) return { kind: 'unauthorized' };
  const arn = routeArn(gateway, routed, described);
  const known = cache.get(authorizer, identity);
  if (known !== undefined) return judge(authorizer, known, arn);

  const { context } = gateway;
  if (authorizer.functionId === undefined) return { kind: 'failed', message: 'the function does not exist' };
  const called = await callFunction(context, {
    functionId: authorizer.functionId,
    sourceArn: executeApiArn(context, routed.apiId, `authorizers/${authorizer.id}`),
    roleArn: authorizer.roleArn,
    event: authorizerEvent(authorizer, described, routed, { identity, arn }),
    timeout,
  });
  if (called.kind !== 'answer')
    return { kind: 'failed', message: called.kind === 'failed' ? called.message : called.kind };
  const judged = judge(authorizer, called.payload, arn);
  if (judged.kind !== 'failed') cache.set(authorizer, identity, called.payload);
  return judged;
}

/** The ARN that policies name: stage, method and the path as it was asked for. */
export function routeArn(
  { context }: Pick<Gateway, 'context'>,
  { apiId, stage }: RoutedRequest,
  { method, path }: Pick<DescribedRequest, 'method' | 'path'>,
): string {
  const below =
    stage.name !== '$default' && path.startsWith(`/${stage.name}`) ? path.slice(stage.name.length + 1) : path;
  return executeApiArn(context, apiId, `${stage.name}/${method}${below || '/'}`);
}

function authorizerEvent(
  { format, identitySources }: LambdaAuthorizer,
  described: DescribedRequest,
  routed: RoutedRequest,
  { identity, arn }: { readonly identity: readonly string[]; readonly arn: string },
) {
  const given = identitySources.length > 0;
  if (format === '2.0') {
    const event = eventV2(described, routed);
    return { ...event, type: 'REQUEST', routeArn: arn, identitySource: given ? identity : null };
  }
  const { multiValueHeaders, multiValueQueryStringParameters, ...event } = eventV1(described, routed);
  const identitySource = given ? identity.join(',') : null;
  return { ...event, type: 'REQUEST', methodArn: arn, identitySource, authorizationToken: identitySource };
}

const simpleAnswer = z.object({ isAuthorized: z.boolean(), context: z.record(z.string(), z.unknown()).nullish() });

function judge({ simple }: LambdaAuthorizer, answer: unknown, arn: string): HttpAuthorization {
  const invalid = { kind: 'failed', message: 'the function returned an invalid response' } as const;
  if (simple) {
    const parsed = simpleAnswer.safeParse(answer);
    if (!parsed.success) return invalid;
    const { isAuthorized, context } = parsed.data;
    if (!isAuthorized) return { kind: 'forbidden' };
    return { kind: 'allowed', authorized: { kind: 'lambda', principalId: undefined, context: context ?? undefined } };
  }
  const decision = evaluatePolicy(answer, arn);
  if (decision.kind === 'malformed') return invalid;
  if (decision.kind === 'denied') return { kind: 'forbidden' };
  const { principalId, context } = decision;
  return { kind: 'allowed', authorized: { kind: 'lambda', principalId, context } };
}
