import { z } from 'zod';
import { covers } from '#iam/statement';

const strings = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings.optional(),
  NotAction: strings.optional(),
  Resource: strings.optional(),
  NotResource: strings.optional(),
});

/** The result of a REQUEST authorizer. Values of its context are strings, numbers or booleans. */
const authorizerResult = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
});

export type AuthorizerDecision =
  | { readonly kind: 'allowed'; readonly context: Readonly<Record<string, unknown>> }
  | { readonly kind: 'denied'; readonly explicitly: boolean }
  /** The result has no valid policy, or is larger than 8 KB. */
  | { readonly kind: 'malformed' };

const maxResultBytes = 8 * 1024;

/**
 * Evaluates a policy as API Gateway does: a statement must allow `execute-api:Invoke` on `methodArn`, and none may deny it.
 * The values of the context become strings, as in later events.
 */
export function evaluatePolicy(result: unknown, methodArn: string): AuthorizerDecision {
  const parsed = authorizerResult.safeParse(result);
  if (!parsed.success || Buffer.byteLength(JSON.stringify(result)) > maxResultBytes) return { kind: 'malformed' };
  const { principalId, policyDocument, context } = parsed.data;
  const effects = policyDocument.Statement.filter((each) => covers(each, 'execute-api:Invoke', methodArn)).map(
    (each) => each.Effect,
  );
  if (effects.includes('Deny')) return { kind: 'denied', explicitly: true };
  if (!effects.includes('Allow')) return { kind: 'denied', explicitly: false };
  const stringified = Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]);
  return { kind: 'allowed', context: { principalId, ...Object.fromEntries(stringified) } };
}
