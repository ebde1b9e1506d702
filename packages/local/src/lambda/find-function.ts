import type { Stack } from '#assembly/stack';
import { splitOnce } from '#text';

/**
 * A function's logical id, and after a colon the alias or version that was asked for: `Hello`, `Hello:live`. An alias has its own ARN and
 * permissions, and what it runs is the function as the template describes it: one that is published.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
 * @param named a name, an ARN or the end of one, each with or without a qualifier
 * @returns undefined if the stack has no such function, alias or version
 */
export function findFunction(stack: Stack, named: string): string | undefined {
  const found = stack.byPhysicalId('AWS::Lambda::Function', named);
  if (found) return found.logicalId;
  const [, name = '', qualifier] =
    /^(?:arn:[^:]+:lambda:[^:]*:[^:]*:function:|(?:\d{12}:)?(?:function:)?)([^:]+)(?::([^:]+))?$/.exec(named) ?? [];
  const target = stack.byPhysicalId('AWS::Lambda::Function', name)?.logicalId;
  if (target === undefined || qualifier === undefined || qualifier === '$LATEST') return target;
  const functionId = `${target}:${qualifier}`;
  return versionOf(stack, functionId) === undefined ? undefined : functionId;
}

/** The function's logical id without a qualifier. */
export function unqualified(functionId: string): string {
  return splitOnce(functionId, ':')[0];
}

/** `$LATEST`, or the version that runs. Undefined if there is no such alias or version. */
export function versionOf(stack: Stack, functionId: string): string | undefined {
  const [, qualifier] = splitOnce(functionId, ':');
  if (qualifier === '') return '$LATEST';
  const arn = arnOf(stack, functionId);
  if (stack.byPhysicalId('AWS::Lambda::Version', arn)) return qualifier;
  const version = stack.byPhysicalId('AWS::Lambda::Alias', arn)?.properties.FunctionVersion;
  return version === undefined ? undefined : String(version);
}

/** The ARN that was asked for, with its qualifier. */
export function arnOf(stack: Stack, functionId: string): string {
  const [id, qualifier] = splitOnce(functionId, ':');
  return qualifier === '' ? stack.arn(id) : `${stack.arn(id)}:${qualifier}`;
}
