import { isObject } from '#text';
import { BrokenStack } from './broken-stack.ts';
import { type Identity, identify, type Naming, stackId } from './identity.ts';
import { holds, resolve, type Scope } from './intrinsics.ts';
import { partOf } from './served-types.ts';
import type { Template } from './template.ts';

/** What the names of all resources of a stack depend on. */
export type StackNaming = Omit<Naming, 'logicalId' | 'property'>;

/** What a template gets from other templates. */
export interface Links {
  /** The value that a parent gives a parameter of its nested stack, or the person who starts gives one of a stack; else undefined. */
  parameter(name: string): unknown;
  /** The value of an SSM parameter. @throws BrokenStack */
  parameterValue(name: string, place: string): string;
  /** An output of a stack that is nested in this one. Undefined if that stack is not served. */
  nestedOutput(logicalId: string, output: string): string | undefined;
  /** A value that a stack in another region writes for this one, by the name of its SSM parameter, as CDK's `crossRegionReferences` do. */
  writtenElsewhere(parameter: string): string | undefined;
  /** A custom resource that its function has made, else undefined. */
  made(logicalId: string): Identity | undefined;
  /** `Fn::ImportValue`. @throws BrokenStack */
  imported(name: string, place: string): string;
  /** `Fn::GetStackOutput`. @throws BrokenStack */
  stackOutput(stackName: string, output: string, place: string): string;
}

/** The names of one template. Each is resolved when it is needed, because names may be used before they are defined. */
export interface Names {
  readonly scope: Scope;
  identity(logicalId: string): Identity;
  /** False for resources whose condition is false. */
  exists(logicalId: string): boolean;
}

export function namesOf(template: Template, naming: StackNaming, links: Links): Names {
  const { stackName, region, account } = naming;
  const identities = new Map<string, Identity>();
  const inProgress = new Set<string>();
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
    const made = links.made(logicalId) ?? identify(resource.Type, { ...naming, logicalId, property });
    inProgress.delete(logicalId);
    identities.set(logicalId, made);
    return made;
  };

  /** A made-up value in the shape of AWS's, so that what refers to a resource without a part here can be served. */
  const unknownAttribute = (type: string, logicalId: string, key: string) => {
    const { ref } = identity(logicalId);
    const service = type.split('::')[1]?.toLowerCase() ?? '';
    return key.endsWith('Arn') ? `arn:aws:${service}:${region}:${account}:${ref}` : `${ref}.${key}`;
  };

  const scope: Scope = {
    ref(key) {
      if (key in pseudo) return pseudo[key];
      const parameter = template.Parameters[key];
      if (!parameter) return identity(key).ref;
      const value = links.parameter(key) ?? parameter.Default;
      if (value !== undefined) {
        // The parameter holds the name of the one in SSM.
        const inner = /^AWS::SSM::Parameter::Value<(.*)>$/.exec(parameter.Type)?.[1];
        const found = inner === undefined ? value : links.parameterValue(String(value), `parameter ${key}`);
        return isList(inner ?? parameter.Type) ? splitList(found) : found;
      }
      throw new BrokenStack(
        `unable to resolve parameter ${key}; it has no default: give it a value (--parameters, parameters)`,
      );
    },
    attribute(logicalId, key) {
      const { arn, attributes } = identity(logicalId);
      const type = template.Resources[logicalId]?.Type ?? '';
      const output = /^Outputs\.(.+)$/.exec(key)?.[1];
      const value =
        (output !== undefined ? links.nestedOutput(logicalId, output) : undefined) ??
        (type === 'Custom::CrossRegionExportReader' ? links.writtenElsewhere(key) : undefined) ??
        (key === 'Arn' ? (arn ?? attributes?.Arn) : attributes?.[key]);
      if (value !== undefined) return value;
      if (partOf(type) !== 'served' || output !== undefined) return unknownAttribute(type, logicalId, key);
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
    imported: links.imported,
    stackOutput: links.stackOutput,
  };
  return { scope, identity, exists };
}

const isList = (type: string) => type === 'CommaDelimitedList' || type.startsWith('List<');

function splitList(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
}

function record(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}
