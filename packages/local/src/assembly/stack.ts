import type { Parameters } from '#parse-context';
import type { Ids } from '#private-folder';
import { buildStack } from './build-stack.ts';
import { chooseStacks } from './choose-stacks.ts';
import { readAssembly, type SynthesizedStack } from './cloud-assembly.ts';
import { anyEnvironment, type Environment } from './environment.ts';
import type { OutsideValues } from './outside-values.ts';
import type { Stack } from './stack-shape.ts';
import { type MadeIdentities, unitsOf } from './units.ts';

export type { Resource, ServedStack, Stack } from './stack-shape.ts';

/**
 * Loads stacks from a cloud assembly.
 * @param options.stackNames of the stacks to serve, with `*` for any characters; what they depend on is served too. Without them all stacks are.
 * @param options.parameters values of parameters of the templates: `Name`, or `Stack:Name` for one stack alone
 * @param options.origin the address of the local services, like `http://127.0.0.1:8080`
 * @param options.made custom resources that their functions have made
 * @param options.ids of the data folder; without them all ids follow from names alone
 * @throws BrokenStack
 */
export function loadStack(options: {
  assemblyDirectory: string;
  stackNames?: readonly string[] | undefined;
  parameters?: Parameters | undefined;
  origin: string;
  ids?: Ids;
  made?: MadeIdentities;
  /** Values of SSM parameters and secrets that are not in the templates. */
  outside?: OutsideValues;
}): Stack {
  const { ids, origin, parameters, made, outside } = options;
  const all = readAssembly(options.assemblyDirectory);
  const served = chooseStacks(all, options.stackNames);
  const secrets = ids && { clients: ids.secret, pools: ids.keepsPools ? '' : ids.secret };
  return buildStack(unitsOf({ served, all, secrets, parameters, made, outside }), { origin });
}

/**
 * Makes a stack from a template. `codeDirectories`: logical id → folder, `assetDirectories`: asset hash → folder.
 * @throws BrokenStack
 */
export function stackFromTemplate(options: {
  template: unknown;
  name: string;
  origin: string;
  codeDirectories?: Readonly<Record<string, string>>;
  assetDirectories?: Readonly<Record<string, string>>;
  /** Where it is deployed. Default: `anyEnvironment`. */
  environment?: Environment;
  outside?: OutsideValues;
}): Stack {
  const { template, name, origin, codeDirectories, assetDirectories = {}, environment = anyEnvironment } = options;
  const { outside } = options;
  const folders = new Map(Object.entries(assetDirectories));
  const nestedTemplate = () => undefined;
  const stack: SynthesizedStack = {
    ...{ name, otherNames: [], dependencies: [], environment },
    ...{ template, folders, nestedTemplate },
  };
  return buildStack(unitsOf({ served: [stack], all: [stack], outside }), { origin, codeDirectories });
}
