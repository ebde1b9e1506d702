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

function isPermitted(stack: Stack, functionId: string, servicePrincipal: string, sourceArn: string): boolean {
  const id = unqualified(functionId);
  if (stack.find(id)?.type !== 'AWS::Lambda::Function') return false;
  // A permission is for the function, or for one alias or version of it.
  const names = [functionId.replace(id, stack.ref(id)), arnOf(stack, functionId)];
  return stack.ofType('AWS::Lambda::Permission').some(({ properties }) => {
    const { FunctionName, Action, Principal, SourceArn } = properties;
    return (
      names.includes(String(FunctionName)) &&
      ['lambda:InvokeFunction', 'lambda:*'].includes(String(Action)) &&
      Principal === servicePrincipal &&
      (SourceArn === undefined || arnMatches(String(SourceArn), sourceArn))
    );
  });
}
