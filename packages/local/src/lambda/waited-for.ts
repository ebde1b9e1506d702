import type { Stack } from '#assembly/stack';

/** The functions for which somebody waits: those that the stack's APIs and event source mappings call. Logical ids. */
export function waitedForFunctions(stack: Stack): string[] {
  const byApis = stack
    .ofType('AWS::Lambda::Permission')
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com');
  const byMappings = stack.ofType('AWS::Lambda::EventSourceMapping');
  const names = [...byApis, ...byMappings].map(({ properties }) => String(properties.FunctionName));
  const ids = stack.functions.map(({ logicalId }) => logicalId);
  return ids.filter((id) => names.includes(stack.ref(id)) || names.includes(stack.arn(id)));
}
