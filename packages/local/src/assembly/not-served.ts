import { withoutHash } from '#calls';
import { unservedIntegration } from '#gateway/integration';
import { unservedMapping } from '#lambda/unserved-mapping';
import { partOf } from './served-types.ts';
import type { Resource, Stack } from './stack.ts';

/**
 * What the stack has and the local runtime does not serve, for the person who starts it: for each type a line like
 * `not served here: AWS::StepFunctions::StateMachine Orders, Refunds`.
 * Empty when every resource has its part here or needs none.
 */
export function notServed(stack: Stack): string[] {
  const names = new Map<string, string[]>();
  for (const resource of stack.resources) {
    const kind = unservedKind(stack, resource);
    if (kind === undefined) continue;
    names.set(kind, [...(names.get(kind) ?? []), nameOf(stack, resource)]);
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, list]) => `not served here: ${kind} ${list.join(', ')}`);
}

/** Its path in the app, else its logical id without its hash; after the name of its stack where several are served. */
function nameOf({ stacks }: Stack, { path, logicalId }: Resource): string {
  if (path === undefined) return withoutHash(logicalId);
  return stacks.some(({ prefix }) => prefix === '') ? path : `${logicalId.split('/')[0]}/${path}`;
}

/** The type of a resource that has no part here, with what is special about it in brackets. */
export function unservedKind(stack: Stack, resource: Resource): string | undefined {
  const { type, logicalId, properties } = resource;
  if (type === 'AWS::Lambda::Function') {
    if (stack.functions.includes(resource) || deploysOnly(stack, logicalId)) return undefined;
    return `${type} (${properties.PackageType === 'Image' ? 'container image' : properties.Runtime})`;
  }
  if (type === 'AWS::Lambda::LayerVersion') {
    const users = stack.functions.filter(({ properties: { Layers } }) =>
      [Layers].flat().includes(stack.ref(logicalId)),
    );
    return users.length > 0 ? type : undefined;
  }
  if (type === 'AWS::Lambda::EventSourceMapping') return because(type, unservedMapping(stack, resource));
  if (type === 'AWS::ApiGatewayV2::Integration') return because(type, unservedIntegration(resource));
  if (type === 'AWS::CloudFormation::Stack') {
    const isThere = stack.stacks.some(({ prefix }) => prefix === `${logicalId}/`);
    return isThere ? undefined : `${type} (its template is not in the assembly)`;
  }
  if (type === 'AWS::CloudFront::Distribution' && resource !== stack.ofType(type)[0]) return `${type} (one is served)`;
  return partOf(type) ? undefined : type;
}

const because = (type: string, reason: string | undefined) =>
  reason === undefined ? undefined : `${type} (${reason})`;

/** Whether a function is only there for custom resources whose work the runtime does by itself, or that nobody needs here. */
function deploysOnly(stack: Stack, functionId: string): boolean {
  const arn = stack.arn(functionId);
  const served = stack.resources.filter(({ properties }) => properties.ServiceToken === arn);
  return served.length > 0 && served.every(({ type }) => partOf(type) !== undefined);
}
