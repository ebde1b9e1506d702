import type { Resource, Stack } from '#assembly/stack';

/** Why an `AWS::Lambda::EventSourceMapping` has no part here, so that the rest of the stack is served without it. */
export function unservedMapping(stack: Stack, { properties }: Resource): string | undefined {
  const target = stack.byPhysicalId('AWS::Lambda::Function', String(properties.FunctionName));
  if (target && !stack.functions.includes(target)) return 'its function is not served';
  return /^arn:aws:(dynamodb|sqs):/.test(String(properties.EventSourceArn)) ? undefined : 'its source is not served';
}
