import type { Resource, Stack } from '../assembly/stack.ts';

/** The functions that run here: those in Node.js. CDK brings some in Python, which only carry out a deployment. */
export function servedFunctions(stack: Pick<Stack, 'ofType'>): readonly Resource[] {
  return stack
    .ofType('AWS::Lambda::Function')
    .filter(({ properties }) => String(properties.Runtime ?? 'nodejs').startsWith('nodejs'));
}
