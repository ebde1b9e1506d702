import { z } from 'zod';
import { BrokenStack } from '../assembly/broken-stack.ts';
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

/** One statement of a policy document, every list a list. */
export type Statement = z.infer<typeof statementShape>;

const documentShape = z.object({
  Statement: z.union([statementShape.transform((statement) => [statement]), z.array(statementShape)]),
});

/**
 * @param owner the logical id of the resource that carries the document
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

/** Action names know no case; resource names do. */
export function covers(statement: Statement, action: string, resource: string): boolean {
  const names = (patterns: readonly string[]) =>
    patterns.some((pattern) => globMatches(pattern.toLowerCase(), action.toLowerCase()));
  const reaches = (patterns: readonly string[]) => patterns.some((pattern) => globMatches(pattern, resource));
  const actionFits = statement.Action ? names(statement.Action) : statement.NotAction && !names(statement.NotAction);
  const resourceFits = statement.Resource
    ? reaches(statement.Resource)
    : statement.NotResource && !reaches(statement.NotResource);
  return actionFits === true && resourceFits === true;
}

/** @throws UnknownOperator */
export function applies(statement: Statement, action: string, resource: string, values: ConditionValues): boolean {
  return covers(statement, action, resource) && conditionsHold(statement.Condition, values);
}
