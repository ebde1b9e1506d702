import { isObject } from '#text';
import { BrokenStack } from './broken-stack.ts';
import { hostRewriter, mapStrings } from './hosts.ts';
import type { Identity } from './identity.ts';
import { resolve } from './intrinsics.ts';
import { commonPlace } from './place.ts';
import { partOf } from './served-types.ts';
import type { Resource, ServedStack, Stack } from './stack-shape.ts';
import type { Unit } from './units.ts';

/** A resource with the template that it is in. */
interface Placed {
  readonly id: string;
  readonly unit: Unit;
  readonly type: string;
  readonly identity: Identity;
  readonly definition: Unit['template']['Resources'][string];
}

/** Resolves everything in the templates. @throws BrokenStack */
export function buildStack(
  units: readonly Unit[],
  options: { origin: string; codeDirectories?: Readonly<Record<string, string>> | undefined },
): Stack {
  const { origin, codeDirectories } = options;
  const roots = [...new Set(units.map(({ root }) => root))];
  const name = roots.map((root) => root.name).join(', ');
  const { region, account } = commonPlace(units);
  const prefixOf = ({ root, nestedIn }: Unit) =>
    [...(roots.length > 1 ? [root.name] : []), ...nestedIn].map((part) => `${part}/`).join('');

  const placed = new Map<string, Placed>();
  for (const unit of units) {
    for (const [logicalId, definition] of Object.entries(unit.template.Resources)) {
      if (!unit.names.exists(logicalId)) continue;
      const id = `${prefixOf(unit)}${logicalId}`;
      placed.set(id, { id, unit, type: definition.Type, identity: unit.names.identity(logicalId), definition });
    }
  }
  requireDistinct([...placed.values()]);
  const rewrite = hostRewriter(placed.values(), { origin, region });

  const propertiesOf = ({ id, unit, type, definition }: Placed): Record<string, unknown> => {
    try {
      const place = roots.length > 1 ? id : `${name}/${id}`;
      const filled = (text: string) => rewrite(unit.fill(text, place));
      return record(mapStrings(resolve(definition.Properties, unit.names.scope, place), filled));
    } catch (error) {
      // What only resources without a part here use need not be known, so that the rest is served.
      if (error instanceof BrokenStack && partOf(type) !== 'served') return {};
      throw error;
    }
  };
  const resources = new Map<string, Resource>();
  const byType = new Map<string, Resource[]>();
  for (const each of placed.values()) {
    const { id, type } = each;
    const path = pathOf(each);
    const resource = { logicalId: id, type, properties: propertiesOf(each), ...(path !== undefined && { path }) };
    resources.set(id, resource);
    byType.set(type, [...(byType.get(type) ?? []), resource]);
  }
  const identityOf = (logicalId: string): Identity => {
    const known = placed.get(logicalId);
    if (known) return known.identity;
    throw new BrokenStack(`unable to resolve ${logicalId}; stack ${name} has no such resource or parameter`);
  };
  const names = new Map([...byType].map(([type, members]) => [type, namesOf(members, identityOf)]));
  const folders = new Map(roots.flatMap((root) => [...root.folders]));
  const assetDirectory = (objectKey: string) => folders.get(objectKey.replace(/^.*\//, '').replace(/\.zip$/, ''));
  const stacks = units.map((unit): ServedStack => {
    const outputs = Object.keys(unit.template.Outputs).flatMap((key) => {
      const value = unit.output(key);
      return value === undefined ? [] : [[key, rewrite(value)]];
    });
    const { stackName, nestedIn } = unit;
    return {
      ...{ name: stackName, prefix: prefixOf(unit), isNested: nestedIn.length > 0 },
      outputs: Object.fromEntries(outputs),
    };
  });

  return {
    name,
    stacks,
    region,
    account,
    resources: [...resources.values()],
    find: (logicalId) => resources.get(logicalId),
    ofType: (type) => byType.get(type) ?? [],
    functions: (byType.get('AWS::Lambda::Function') ?? []).filter(
      ({ properties }) =>
        properties.PackageType !== 'Image' && String(properties.Runtime ?? 'nodejs').startsWith('nodejs'),
    ),
    ref: (logicalId) => identityOf(logicalId).ref,
    attribute: (logicalId, key) => identityOf(logicalId).attributes?.[key],
    arn(logicalId) {
      const { arn } = identityOf(logicalId);
      if (arn) return arn;
      throw new BrokenStack(`unable to name ${logicalId}; a ${placed.get(logicalId)?.type} has no ARN here`);
    },
    byPhysicalId: (type, id) => names.get(type)?.get(id),
    codeDirectory(logicalId) {
      const key = record(resources.get(logicalId)?.properties.Code).S3Key;
      const directory = codeDirectories?.[logicalId] ?? assetDirectory(typeof key === 'string' ? key : '');
      if (directory) return directory;
      throw new BrokenStack(`unable to find the code of function ${logicalId}; the assembly has no folder for it`);
    },
    assetDirectory,
    withLocalAddresses: rewrite,
    outputs: Object.fromEntries(
      stacks
        .filter(({ isNested }) => !isNested)
        .flatMap(({ prefix, outputs }) => Object.entries(outputs).map(([key, value]) => [`${prefix}${key}`, value])),
    ),
  };
}

/** @throws BrokenStack for two resources with one name, as two stages of an app may have when their account or region differ */
function requireDistinct(resources: readonly Placed[]): void {
  const known = new Map<string, Placed>();
  for (const resource of resources) {
    const { identity, type } = resource;
    if (identity.arn === undefined || partOf(type) !== 'served') continue;
    // Here names are not separate for each account and region.
    const name = identity.arn.replace(/^(arn:[^:]*:[^:]*):[^:]*:[^:]*:/, '$1:');
    const other = known.get(name);
    if (other && other.unit !== resource.unit) {
      const [one, two] = [other, resource].map(({ unit }) => unit.root.name);
      throw new BrokenStack(
        one === two
          ? `unable to serve ${one}; ${other.id} and ${resource.id} have the same name ${name}`
          : `unable to serve ${one} and ${two} together; both have ${name}: choose one of them (--stack, stackNames)`,
      );
    }
    known.set(name, resource);
  }
}

function namesOf(resources: readonly Resource[], identity: (logicalId: string) => Identity): Map<string, Resource> {
  const names = new Map<string, Resource>();
  for (const resource of resources) {
    const { ref, arn, attributes } = identity(resource.logicalId);
    for (const name of [...Object.values(attributes ?? {}), arn, ref])
      if (name !== undefined) names.set(name, resource);
  }
  return names;
}

/** `Prod/Web/Api/Default/Resource` of stack `Prod/Web` → `Api/Default` */
function pathOf({ definition, unit: { root } }: Placed): string | undefined {
  const path = record(definition.Metadata)['aws:cdk:path'];
  if (typeof path !== 'string') return undefined;
  const stackPath = root.otherNames.find((name) => path.startsWith(`${name}/`)) ?? path.split('/')[0] ?? '';
  return path.slice(stackPath.length + 1).replace(/\/Resource$/, '');
}

function record(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
