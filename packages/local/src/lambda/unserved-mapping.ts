import type { Resource, Stack } from '#assembly/stack';
import { findFunction, unqualified } from './find-function.ts';

/** Why an `AWS::Lambda::EventSourceMapping` has no part here, so that the rest of the stack is served without it. */
export function unservedMapping(stack: Stack, { properties }: Resource): string | undefined {
  const found = findFunction(stack, String(properties.FunctionName));
  if (found !== undefined && !stack.functions.some(({ logicalId }) => logicalId === unqualified(found)))
    return 'its function is not served';
  return /^arn:aws:(dynamodb|sqs):/.test(String(properties.EventSourceArn)) ? undefined : 'its source is not served';
}
