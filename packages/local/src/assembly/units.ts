import type { Parameters } from '#parse-context';
import { isObject } from '#text';
import { BrokenStack } from './broken-stack.ts';
import type { SynthesizedStack } from './cloud-assembly.ts';
import { deployedValues } from './deployed-values.ts';
import type { Identity, Naming } from './identity.ts';
import { resolve } from './intrinsics.ts';
import { noOutsideValues, type OutsideValues } from './outside-values.ts';
import { type Names, namesOf, type StackNaming } from './scope.ts';
import { parseTemplate, type Template } from './template.ts';

/** A template with its names: a stack of the app, or one that is nested in another. */
export interface Unit {
  readonly stackName: string;
  /** The logical ids that lead to a nested stack. Empty for a stack of the app. */
  readonly nestedIn: readonly string[];
  /** The stack of the app that it is, or is nested in. */
  readonly root: SynthesizedStack;
  readonly template: Template;
  readonly names: Names;
  /** Undefined if there is no such output, or its condition is false. */
  output(name: string): string | undefined;
  /** Replaces references to SSM parameters and secrets in a text. @throws BrokenStack */
  fill(text: string, place: string): string;
}

/** Custom resources that their functions have made. */
export type MadeIdentities = (stackName: string, logicalId: string) => Identity | undefined;

/**
 * The units of stacks, each before those that are nested in it. Their values are resolved when they are needed, because they refer to each
 * other.
 * @param options.all every stack of the assembly: what is not served has names too
 * @throws BrokenStack
 */
export function unitsOf(options: {
  served: readonly SynthesizedStack[];
  all: readonly SynthesizedStack[];
  secrets?: Naming['secrets'];
  parameters?: Parameters | undefined;
  made?: MadeIdentities | undefined;
  outside?: OutsideValues | undefined;
}): Unit[] {
  const { served, all, secrets, parameters = {}, made, outside = noOutsideValues } = options;
  const units: Unit[] = [];
  const ofServed = () => units.filter(({ root }) => served.includes(root));
  /** Whether two tables without a name have this logical id. */
  const isIdShared = (logicalId: string) =>
    units.filter(({ template }) => template.Resources[logicalId]?.Type.startsWith('AWS::DynamoDB::')).length > 1;

  const stackOutput = (stackName: string, output: string, place: string) => {
    const unit = ofServed().find((each) => each.stackName === stackName);
    const value = unit?.output(output);
    if (value !== undefined) return value;
    const reason = unit ? `stack ${stackName} has no output ${output}` : `no stack ${stackName} is served`;
    throw new BrokenStack(`unable to resolve ${place}; ${reason}`);
  };
  const imported = (name: string, place: string) => {
    const exporting = ofServed().flatMap((unit) => exportsOf(unit, name))[0];
    if (exporting !== undefined) return exporting;
    throw new BrokenStack(`unable to resolve ${place}; no stack that is served exports ${name}`);
  };

  const values = deployedValues(ofServed, outside);
  const writtenElsewhere = (parameter: string) => ofServed().flatMap((unit) => writtenBy(unit, parameter))[0];

  const add = (
    input: unknown,
    given: Pick<Unit, 'stackName' | 'nestedIn' | 'root'> & { parameter: (name: string) => unknown },
  ): Unit => {
    const { stackName, nestedIn, root, parameter } = given;
    const template = parseTemplate(input, stackName);
    const isNested = nestedIn.length > 0;
    const naming: StackNaming = { stackName, ...root.environment, secrets, isNested, isIdShared };
    const nested = new Map<string, Unit>();
    const names = namesOf(template, naming, {
      parameter,
      parameterValue: values.parameter,
      writtenElsewhere,
      nestedOutput: (logicalId, output) => nested.get(logicalId)?.output(output),
      made: (logicalId) => made?.(stackName, logicalId),
      imported,
      stackOutput,
    });
    const unit: Unit = {
      stackName,
      nestedIn,
      root,
      template,
      names,
      output(name) {
        const { Value, Condition } = template.Outputs[name] ?? {};
        if (Value === undefined || (Condition !== undefined && !names.scope.condition(Condition))) return undefined;
        return values.fill(String(resolve(Value, names.scope, `output ${name}`)), `output ${name}`);
      },
      fill: values.fill,
    };
    units.push(unit);
    for (const [logicalId, { Type, Properties }] of Object.entries(template.Resources)) {
      if (Type !== 'AWS::CloudFormation::Stack' || !names.exists(logicalId)) continue;
      const place = `${stackName}/${logicalId}`;
      const inner = root.nestedTemplate(hashIn(resolve(Properties.TemplateURL, names.scope, place)));
      if (inner === undefined) continue;
      const values = isObject(Properties.Parameters) ? Properties.Parameters : {};
      nested.set(
        logicalId,
        add(inner, {
          stackName: nestedStackName(names.identity(logicalId).ref),
          nestedIn: [...nestedIn, logicalId],
          root,
          parameter: (name) => resolve(values[name], names.scope, `${place}.${name}`),
        }),
      );
    }
    return unit;
  };

  for (const root of all) {
    const parameter = (name: string) =>
      parameters[`${root.name}:${name}`] ?? parameters[name] ?? root.parameters?.[name];
    try {
      add(root.template, { stackName: root.name, nestedIn: [], root, parameter });
    } catch (error) {
      // What is not served may ask for parameters that nobody has given.
      if (served.includes(root) || !(error instanceof BrokenStack)) throw error;
    }
  }
  return served.flatMap((stack) => units.filter(({ root }) => root === stack));
}

/** The values that a unit exports under this name: none or one. */
function exportsOf({ template, names, output }: Unit, name: string): string[] {
  return Object.entries(template.Outputs).flatMap(([key, { Export }]) => {
    if (!Export || resolve(Export.Name, names.scope, `output ${key}`) !== name) return [];
    return output(key) ?? [];
  });
}

/** The value that a unit writes for stacks in other regions, as CDK's `crossRegionReferences` do: none or one. */
function writtenBy({ template, names }: Unit, parameter: string): string[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const written = Type === 'Custom::CrossRegionExportWriter' ? field(Properties.WriterProps, 'exports') : undefined;
    const value = field(written, parameter);
    return value === undefined ? [] : [String(resolve(value, names.scope, logicalId))];
  });
}

const field = (value: unknown, key: string) => (isObject(value) ? value[key] : undefined);

/** `https://s3.eu-west-1.amazonaws.com/assets/<hash>.json` → `<hash>` */
const hashIn = (url: unknown) => /([^/]+)\.json$/.exec(String(url))?.[1] ?? '';

/** `arn:aws:cloudformation:…:stack/<name>/<uuid>` → `<name>` */
const nestedStackName = (stackId: string) => stackId.split('/')[1] ?? '';
