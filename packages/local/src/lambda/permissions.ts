import type { Stack } from '#assembly/stack';
import { arnMatches } from '#iam/glob';
import { arnOf, unqualified } from './find-function.ts';

/** The same few sources invoke functions again and again, so the last answers for a stack are kept. */
const answers = new WeakMap<Stack, Map<string, boolean>>();
const maxAnswers = 10_000;

/**
 * Whether one of the function's resource policies (`AWS::Lambda::Permission`) lets a service invoke it.
 * @param sourceArn the caller, like the route of an API; compared as `ArnLike` does
 */
export function mayInvoke(stack: Stack, functionId: string, servicePrincipal: string, sourceArn: string): boolean {
  const known = answers.get(stack) ?? new Map<string, boolean>();
  answers.set(stack, known);
  const question = `${functionId} ${servicePrincipal} ${sourceArn}`;
  const answer = known.get(question) ?? isPermitted(stack, functionId, servicePrincipal, sourceArn);
  if (known.size >= maxAnswers) known.clear();
  known.set(question, answer);
  return answer;
}

/**
 * Whether resource policies let these principals invoke the function through its URL. Since October 2025 two permissions are needed.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 * @param principals as permissions name them: `*`, an account, an ARN
 */
export function mayInvokeByUrl(
  stack: Stack,
  functionId: string,
  authType: string,
  principals: readonly string[],
): boolean {
  const permissions = permissionsOf(stack, functionId).filter(({ Principal }) =>
    principals.includes(String(Principal)),
  );
  const allows = (action: string) =>
    permissions.some(
      ({ Action, FunctionUrlAuthType = authType }) =>
        [action, 'lambda:*'].includes(String(Action)) && FunctionUrlAuthType === authType,
    );
  return allows('lambda:InvokeFunctionUrl') && allows('lambda:InvokeFunction');
}

function isPermitted(stack: Stack, functionId: string, servicePrincipal: string, sourceArn: string): boolean {
  return permissionsOf(stack, functionId).some(
    ({ Action, Principal, SourceArn }) =>
      ['lambda:InvokeFunction', 'lambda:*'].includes(String(Action)) &&
      Principal === servicePrincipal &&
      (SourceArn === undefined || arnMatches(String(SourceArn), sourceArn)),
  );
}

/** A permission is for a function, or for one alias or version of it. */
function permissionsOf(stack: Stack, functionId: string): Record<string, unknown>[] {
  const id = unqualified(functionId);
  if (stack.find(id)?.type !== 'AWS::Lambda::Function') return [];
  const names = [functionId.replace(id, stack.ref(id)), arnOf(stack, functionId)];
  return stack
    .ofType('AWS::Lambda::Permission')
    .map(({ properties }) => properties)
    .filter(({ FunctionName }) => names.includes(String(FunctionName)));
}
