import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import { type ConditionValues, conditionsHold } from './conditions.ts';
import { globMatches } from './glob.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const list = z.union([scalar.transform((value) => [value]), z.array(scalar)]);
const principals = z.union([
  z.literal('*').transform((everybody): Record<string, string[]> => ({ AWS: [everybody] })),
  z.record(z.string(), list),
]);

const statementShape = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: list.optional(),
  NotAction: list.optional(),
  Resource: list.optional(),
  NotResource: list.optional(),
  Principal: principals.optional(),
  NotPrincipal: principals.optional(),
  Condition: z.record(z.string(), z.record(z.string(), list)).default({}),
});

/** One statement of a policy document. A single value is a list of one. */
export type Statement = z.infer<typeof statementShape>;

const documentShape = z.object({
  Statement: z.union([statementShape.transform((statement) => [statement]), z.array(statementShape)]),
});

/**
 * @param owner the logical id of the document's resource, for the error
 * @throws BrokenStack
 */
export function parsePolicyDocument(document: unknown, owner: string): Statement[] {
  const parsed = documentShape.safeParse(document);
  if (parsed.success) return parsed.data.Statement;
  const [issue] = parsed.error.issues;
  throw new BrokenStack(
    `unable to read the policy of ${owner}; ${issue?.path.join('.') || 'the document'}: ${issue?.message}`,
  );
}

type Scope = Pick<Statement, 'Action' | 'NotAction' | 'Resource' | 'NotResource'>;

/** Actions match in any case, resources only in the same case. */
export function covers({ Action, NotAction, Resource, NotResource }: Scope, action: string, resource: string): boolean {
  const hasAction = (patterns: readonly string[]) =>
    patterns.some((pattern) => globMatches(pattern.toLowerCase(), action.toLowerCase()));
  const hasResource = (patterns: readonly string[]) => patterns.some((pattern) => globMatches(pattern, resource));
  const actionMatches = Action ? hasAction(Action) : NotAction && !hasAction(NotAction);
  const resourceMatches = Resource ? hasResource(Resource) : NotResource && !hasResource(NotResource);
  return actionMatches === true && resourceMatches === true;
}

/** @throws UnknownOperator */
export function applies(statement: Statement, action: string, resource: string, values: ConditionValues): boolean {
  return covers(statement, action, resource) && conditionsHold(statement.Condition, values);
}
