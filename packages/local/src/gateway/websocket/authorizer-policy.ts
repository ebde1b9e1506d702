import { z } from 'zod';

const strings = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: strings.optional(),
  NotAction: strings.optional(),
  Resource: strings.optional(),
  NotResource: strings.optional(),
});

/** What a REQUEST authorizer must answer. Values of its context are strings, numbers or booleans. */
const authorizerAnswer = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.union([statement, z.array(statement)]).transform((value) => [value].flat()),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
});

export type AuthorizerDecision =
  | { readonly kind: 'allowed'; readonly context: Readonly<Record<string, unknown>> }
  | { readonly kind: 'denied'; readonly explicitly: boolean }
  /** No policy at all, or more than 8 KB of it. */
  | { readonly kind: 'malformed' };

const largest = 8 * 1024;

/**
 * Reads a policy as API Gateway does: some statement must allow, none may deny, `execute-api:Invoke` on `methodArn`.
 * The context becomes strings, as later events show it.
 */
export function decide(answer: unknown, methodArn: string): AuthorizerDecision {
  const parsed = authorizerAnswer.safeParse(answer);
  if (!parsed.success || Buffer.byteLength(JSON.stringify(answer)) > largest) return { kind: 'malformed' };
  const { principalId, policyDocument, context } = parsed.data;
  const effects = policyDocument.Statement.filter(
    (each) =>
      names(each.Action, each.NotAction, 'execute-api:invoke', true) &&
      names(each.Resource, each.NotResource, methodArn),
  ).map((each) => each.Effect);
  if (effects.includes('Deny')) return { kind: 'denied', explicitly: true };
  if (!effects.includes('Allow')) return { kind: 'denied', explicitly: false };
  const stringified = Object.entries(context ?? {}).map(([name, value]) => [name, String(value)]);
  return { kind: 'allowed', context: { principalId, ...Object.fromEntries(stringified) } };
}

function names(
  included: string[] | undefined,
  excluded: string[] | undefined,
  value: string,
  anyCase = false,
): boolean {
  const matches = (pattern: string) => wildcard(anyCase ? pattern.toLowerCase() : pattern).test(value);
  if (included) return included.some(matches);
  return excluded !== undefined && !excluded.some(matches);
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
