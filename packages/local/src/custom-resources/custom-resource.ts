import { partOf } from '#assembly/served-types';
import type { Resource, Stack } from '#assembly/stack';

/** The function that carries out a custom resource. Undefined for other resources, and for those whose work the runtime does by itself. */
export function functionOfCustom(stack: Stack, { type, properties }: Resource): string | undefined {
  if (!type.startsWith('Custom::') && type !== 'AWS::CloudFormation::CustomResource') return undefined;
  if (partOf(type) !== undefined) return undefined;
  const target = stack.byPhysicalId('AWS::Lambda::Function', String(properties.ServiceToken));
  return target && stack.functions.includes(target) ? target.logicalId : undefined;
}

/** The CloudFormation stack that a resource is in, and its name there. `key` names both. */
export function placeOf({ name, stacks }: Stack, { logicalId: id }: Resource) {
  const cut = id.lastIndexOf('/') + 1;
  const stackName = stacks.find(({ prefix }) => prefix === id.slice(0, cut))?.name ?? name;
  const logicalId = id.slice(cut);
  return { stackName, logicalId, key: `${stackName}/${logicalId}` };
}
