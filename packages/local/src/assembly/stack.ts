import type { Ids } from '#private-folder';
import { isObject } from '#text';
import { BrokenStack } from './broken-stack.ts';
import { readAssembly } from './cloud-assembly.ts';
import { hostRewriter, mapStrings } from './hosts.ts';
import { type Identity, identify, type Naming, stackId } from './identity.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import { parseTemplate, type Template } from './template.ts';

/** A resource of the template, with intrinsic functions resolved and AWS hosts replaced by local ones. */
export interface Resource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Record<string, unknown>;
}

/** A CloudFormation stack with all values resolved, as in an account. Unknown logical ids throw `BrokenStack`. */
export interface Stack {
  readonly name: string;
  readonly region: string;
  readonly account: string;
  find(logicalId: string): Resource | undefined;
  ofType(type: string): readonly Resource[];
  /** The functions that run locally: those in Node.js. CDK adds some in Python, which only carry out a deployment. */
  readonly functions: readonly Resource[];
  /** The physical id, which `Ref` gives. It depends only on the stack's name, the logical id, and for user pools on the data folder. */
  ref(logicalId: string): string;
  arn(logicalId: string): string;
  /** Finds a resource by its physical id, ARN or another attribute that names it (a stream's ARN finds its table). */
  byPhysicalId(type: string, id: string): Resource | undefined;
  /** The folder of a function's code. */
  codeDirectory(functionLogicalId: string): string;
  /** The folder of the asset with this key, `<hash>.zip`. Undefined for a single file. */
  assetDirectory(objectKey: string): string | undefined;
  /** Replaces the stack's own AWS addresses in a text by local ones, as in every property. */
  withLocalAddresses(text: string): string;
  readonly outputs: Readonly<Record<string, string>>;
}

const region = 'us-east-1';
const account = '000000000000';

/**
 * Loads a stack from a cloud assembly.
 * @param options.stackName not needed when the assembly has one stack
 * @param options.origin the address of the local services, like `http://127.0.0.1:8080`
 * @param options.ids of the data folder; without them all ids follow from names alone
 * @throws BrokenStack
 */
export function loadStack(options: {
  assemblyDirectory: string;
  stackName?: string;
  origin: string;
  ids?: Ids;
}): Stack {
  const { ids } = options;
  const { name, template, assets } = readAssembly(options.assemblyDirectory, options.stackName);
  const secrets = ids && { clients: ids.secret, pools: ids.keepsPools ? '' : ids.secret };
  return build(parseTemplate(template, name), name, options.origin, { asset: (hash) => assets.get(hash) }, secrets);
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
}): Stack {
  return build(parseTemplate(options.template, options.name), options.name, options.origin, {
    code: (logicalId) => options.codeDirectories?.[logicalId],
    asset: (hash) => options.assetDirectories?.[hash],
  });
}

/** The folders with a stack's files. */
interface Folders {
  code?(functionLogicalId: string): string | undefined;
  asset(hash: string): string | undefined;
}

function build(template: Template, name: string, origin: string, folders: Folders, secrets?: Naming['secrets']): Stack {
  const { scope, identity, exists } = scopeOf(template, name, secrets);
  const logicalIds = Object.keys(template.Resources).filter(exists);
  const typeOf = (logicalId: string) => template.Resources[logicalId]?.Type ?? '';
  const rewrite = hostRewriter(
    logicalIds.map((logicalId) => ({ type: typeOf(logicalId), identity: identity(logicalId) })),
    { origin, region },
  );
  const resources = new Map<string, Resource>(
    logicalIds.map((logicalId) => {
      const resolved = resolve(template.Resources[logicalId]?.Properties, scope, `${name}/${logicalId}`);
      return [logicalId, { logicalId, type: typeOf(logicalId), properties: record(mapStrings(resolved, rewrite)) }];
    }),
  );
  const byType = new Map<string, Resource[]>();
  for (const resource of resources.values()) {
    byType.set(resource.type, [...(byType.get(resource.type) ?? []), resource]);
  }
  const names = new Map([...byType].map(([type, members]) => [type, namesOf(members, identity)]));
  const assetDirectory = (objectKey: string) => folders.asset(objectKey.replace(/\.zip$/, ''));

  return {
    name,
    region,
    account,
    find: (logicalId) => resources.get(logicalId),
    ofType: (type) => byType.get(type) ?? [],
    functions: (byType.get('AWS::Lambda::Function') ?? []).filter(({ properties }) =>
      String(properties.Runtime ?? 'nodejs').startsWith('nodejs'),
    ),
    ref: (logicalId) => identity(logicalId).ref,
    arn(logicalId) {
      const { arn } = identity(logicalId);
      if (arn) return arn;
      throw new BrokenStack(`unable to name ${logicalId}; a ${typeOf(logicalId)} has no ARN here`);
    },
    byPhysicalId: (type, id) => names.get(type)?.get(id),
    codeDirectory(logicalId) {
      const key = record(resources.get(logicalId)?.properties.Code).S3Key;
      const directory = folders.code?.(logicalId) ?? assetDirectory(typeof key === 'string' ? key : '');
      if (directory) return directory;
      throw new BrokenStack(`unable to find the code of function ${logicalId}; the assembly has no folder for it`);
    },
    assetDirectory,
    withLocalAddresses: rewrite,
    outputs: Object.fromEntries(
      Object.entries(template.Outputs)
        .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
        .map(([key, { Value }]) => [key, rewrite(String(resolve(Value, scope, `output ${key}`)))]),
    ),
  };
}

/** Looks up the template's names. Each is resolved when it is needed, because names may be used before they are defined. */
function scopeOf(template: Template, stackName: string, secrets: Naming['secrets']) {
  const identities = new Map<string, Identity>();
  const inProgress = new Set<string>();
  const naming = { stackName, region, account };
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': stackId(naming),
    'AWS::NotificationARNs': [],
    'AWS::NoValue': undefined,
  };

  const exists = (logicalId: string) => {
    const resource = template.Resources[logicalId];
    return resource !== undefined && (resource.Condition === undefined || scope.condition(resource.Condition));
  };

  const identity = (logicalId: string): Identity => {
    const known = identities.get(logicalId);
    if (known) return known;
    if (inProgress.has(logicalId)) throw new BrokenStack(`unable to resolve ${logicalId}; its name refers to itself`);
    const resource = template.Resources[logicalId];
    if (!resource || !exists(logicalId)) {
      throw new BrokenStack(`unable to resolve ${logicalId}; stack ${stackName} has no such resource or parameter`);
    }
    const property = (key: string) => {
      const value = resolve(resource.Properties[key], scope, `${stackName}/${logicalId}.${key}`);
      return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
    };
    inProgress.add(logicalId);
    const made = identify(resource.Type, { ...naming, secrets, logicalId, property });
    inProgress.delete(logicalId);
    identities.set(logicalId, made);
    return made;
  };

  const scope: Scope = {
    ref(key) {
      if (key in pseudo) return pseudo[key];
      const parameter = template.Parameters[key];
      if (!parameter) return identity(key).ref;
      if (parameter.Default !== undefined) return parameter.Default;
      throw new BrokenStack(`unable to resolve parameter ${key}; it has no default, and nobody is asked locally`);
    },
    attribute(logicalId, key) {
      const { arn, attributes } = identity(logicalId);
      const value = key === 'Arn' ? (arn ?? attributes?.Arn) : attributes?.[key];
      if (value !== undefined) return value;
      const type = template.Resources[logicalId]?.Type;
      throw new BrokenStack(`unable to resolve ${logicalId}.${key}; the local runtime does not know it of a ${type}`);
    },
    condition(key) {
      if (!(key in template.Conditions)) throw new BrokenStack(`unable to resolve condition ${key}; it is not defined`);
      return holds(template.Conditions[key], scope, `condition ${key}`);
    },
    mapping(map, first, second) {
      const value = record(record(template.Mappings[map])[first])[second];
      if (value !== undefined) return value;
      throw new BrokenStack(`unable to find ${map}.${first}.${second}; the template's mappings lack it`);
    },
  };
  return { scope, identity, exists };
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

function record(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
