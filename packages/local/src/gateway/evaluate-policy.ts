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

/** The policy that a Lambda authorizer returns. */
const authorizerResult = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
  }),
  context: z.record(z.string(), z.unknown()).nullish(),
});

export type AuthorizerDecision =
  | {
      readonly kind: 'allowed';
      readonly principalId: string;
      /** As the function gave it. */
      readonly context: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: 'denied'; readonly explicitly: boolean }
  /** The result has no valid policy, or is larger than 8 KB. */
  | { readonly kind: 'malformed' };

const maxResultBytes = 8 * 1024;

/**
 * Evaluates a policy as API Gateway does: a statement must allow `execute-api:Invoke` on the method's or route's ARN, and none may deny it.
 */
export function evaluatePolicy(result: unknown, arn: string): AuthorizerDecision {
  const parsed = authorizerResult.safeParse(result);
  if (!parsed.success || Buffer.byteLength(JSON.stringify(result)) > maxResultBytes) return { kind: 'malformed' };
  const { principalId, policyDocument, context } = parsed.data;
  const effects = policyDocument.Statement.filter((each) => covers(each, 'execute-api:Invoke', arn)).map(
    (each) => each.Effect,
  );
  if (effects.includes('Deny')) return { kind: 'denied', explicitly: true };
  if (!effects.includes('Allow')) return { kind: 'denied', explicitly: false };
  return { kind: 'allowed', principalId, context: context ?? undefined };
}
