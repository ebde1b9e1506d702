import type { Stack } from '#assembly/stack';

/**
 * The logical id of the function that an integration or an authorizer invokes.
 * @param uri `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<arn>/invocations`, or the function's ARN itself (HTTP APIs)
 */
export function functionOf(stack: Stack, uri: string): string | undefined {
  const arn = /\/functions\/(.+)\/invocations$/.exec(uri)?.[1] ?? uri;
  const [unqualified = arn] = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:[^:]+/.exec(arn) ?? [];
  return stack.byPhysicalId('AWS::Lambda::Function', unqualified)?.logicalId;
}
