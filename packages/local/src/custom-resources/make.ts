import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Resource, Stack } from '#assembly/stack';
import type { Functions } from '#lambda/functions';
import type { Answer, Answers } from './answers.ts';
import { askFunction } from './ask-function.ts';
import { functionOfCustom, placeOf } from './custom-resource.ts';
import type { MadeResources } from './made.ts';

interface Making {
  /** Another object after `changed`. */
  stack(): Stack;
  readonly functions: Pick<Functions, 'invoke'>;
  readonly answers: Pick<Answers, 'expect'>;
  readonly made: MadeResources;
  /** Resolves the stack's values anew, and serves them. */
  changed(): void;
  log(line: string): void;
}

/**
 * Makes the custom resources of the stack as a deployment does: each after those that it refers to, with `Create`, or with `Update` when its
 * properties have changed since. One that fails is reported, and made again at the next start; what refers to it has made-up values.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requesttypes.html
 */
export async function makeCustomResources(making: Making): Promise<void> {
  const failed = new Set<string>();
  const toMake = () => {
    const stack = making.stack();
    return stack.resources.filter((resource) => {
      const { logicalId, properties } = resource;
      const { key } = placeOf(stack, resource);
      if (failed.has(logicalId) || functionOfCustom(stack, resource) === undefined) return false;
      return !isDeepStrictEqual(making.made.get(key)?.properties, asText(properties));
    });
  };
  for (let left = toMake(); left.length > 0; left = toMake()) {
    const stack = making.stack();
    // A value that is not known yet contains the name of its resource.
    const names = new Map(left.map(({ logicalId }) => [logicalId, stack.ref(logicalId)]));
    const isReady = ({ logicalId, properties }: Resource) => {
      const text = JSON.stringify(properties);
      return ![...names].some(([id, name]) => id !== logicalId && text.includes(name));
    };
    const next = left.find(isReady) ?? left[0];
    if (!next) return;
    const reason = await make(making, next);
    if (reason === undefined) making.changed();
    else {
      failed.add(next.logicalId);
      making.log(`custom resource ${next.path ?? next.logicalId}: ${reason}`);
    }
  }
}

/** @returns why it failed */
async function make(making: Making, resource: Resource): Promise<string | undefined> {
  const { functions, answers, made } = making;
  const stack = making.stack();
  const { key, stackName, logicalId } = placeOf(stack, resource);
  const properties = asText(resource.properties);
  const former = made.get(key);
  const event = {
    RequestType: former ? 'Update' : 'Create',
    StackId: `arn:aws:cloudformation:${stack.region}:${stack.account}:stack/${stackName}/${randomUUID()}`,
    RequestId: randomUUID(),
    ResourceType: resource.type,
    LogicalResourceId: logicalId,
    ServiceToken: properties.ServiceToken,
    ResourceProperties: properties,
    ...(former && { OldResourceProperties: former.properties, PhysicalResourceId: former.physicalId }),
  };
  const ask = askFunction({ functions, answers }, stack, functionOfCustom(stack, resource) ?? '');
  const answered = await ask(event).catch(
    (error: unknown): Answer => ({ Status: 'FAILED', Reason: error instanceof Error ? error.message : String(error) }),
  );
  if (answered.Status === 'FAILED') return answered.Reason;
  await made.set(key, {
    properties,
    physicalId: answered.PhysicalResourceId ?? former?.physicalId ?? logicalId,
    attributes: Object.fromEntries(
      Object.entries(answered.Data ?? {}).map(([key, value]) => [
        key,
        typeof value === 'object' ? JSON.stringify(value) : String(value),
      ]),
    ),
  });
  return undefined;
}

/** CloudFormation sends numbers and booleans as text. */
function asText(properties: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(properties), (_key, value: unknown) =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
  );
}
