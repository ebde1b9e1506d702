import type { Stack } from '#assembly/stack';
import { findFunction, unqualified } from './find-function.ts';

/** The functions for which somebody waits: those that the stack's APIs and event source mappings call. Logical ids. */
export function waitedForFunctions(stack: Stack): string[] {
  const byApis = stack
    .ofType('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
  const byMappings = stack.ofType('AWS::Lambda::EventSourceMapping');
  const names = [...byApis, ...byMappings].map(({ properties }) => String(properties.FunctionName));
  const ids = stack.functions.map(({ logicalId }) => logicalId);
  const called = names.map((name) => unqualified(findFunction(stack, name) ?? ''));
  return ids.filter((id) => called.includes(id));
}
