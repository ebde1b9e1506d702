import { secretNameOf } from '#secrets/names';
import { isObject, parseJson } from '#text';
import { BrokenStack } from './broken-stack.ts';
import { resolve } from './intrinsics.ts';
import type { OutsideValues } from './outside-values.ts';
import type { Names } from './scope.ts';
import type { Template } from './template.ts';

/** Values of SSM parameters and secrets: of the app's own resources, else from outside. */
export interface DeployedValues {
  /** @throws BrokenStack if it has no value */
  parameter(name: string, place: string): string;
  /**
   * Replaces `{{resolve:ssm:…}}`, `{{resolve:ssm-secure:…}}` and `{{resolve:secretsmanager:…}}` in a text.
   * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
   * @throws BrokenStack if one has no value
   */
  fill(text: string, place: string): string;
}

const reference = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;
/** A name or an ARN, `SecretString`, and then the key in the secret's JSON, the stage and the version, each of which may be empty. */
const secretParts =
  /^((?:arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:)?[^:]+)(?::SecretString(?::([^:]*))?(?::([^:]*))?(?::([^:]*))?)?$/;

/** @param units those that are served, also while they are being read */
export function deployedValues(
  units: () => readonly { readonly template: Template; readonly names: Names }[],
  outside: OutsideValues,
): DeployedValues {
  const find = (type: string, isNamed: (ref: string) => boolean) => {
    for (const unit of units()) {
      for (const [logicalId, { Type, Properties }] of Object.entries(unit.template.Resources)) {
        if (Type !== type || !unit.names.exists(logicalId)) continue;
        if (isNamed(unit.names.identity(logicalId).ref)) return { unit, Properties };
      }
    }
    return undefined;
  };
  const values: DeployedValues = {
    parameter(name, place) {
      const own = find('AWS::SSM::Parameter', (ref) => ref === name);
      if (own) return values.fill(String(resolve(own.Properties.Value, own.unit.names.scope, place)), place);
      const value = outside.parameter(name);
      if (value !== undefined) return value;
      throw new BrokenStack(
        `unable to resolve ${place}; the SSM parameter ${name} has no value here: put {"${name}": "…"} into ${outside.files.parameters}`,
      );
    },
    fill: (text, place) =>
      text.includes('{{resolve:')
        ? text.replace(reference, (_, service: string, inner: string) =>
            service === 'secretsmanager' ? secret(inner, place) : values.parameter(inner.replace(/:\d+$/, ''), place),
          )
        : text,
  };
  const secret = (inner: string, place: string): string => {
    const [, secretId = inner, key = '', stage = '', id = ''] = secretParts.exec(inner) ?? [];
    const name = secretNameOf(secretId);
    const own = find('AWS::SecretsManager::Secret', (ref) => ref === secretId || secretNameOf(ref) === name);
    const definition = own && resolve(own.Properties, own.unit.names.scope, place);
    const version = { stage: stage || 'AWSCURRENT', id: id || undefined };
    const value = outside.secret(name, isObject(definition) ? definition : undefined, version);
    if (value === undefined) {
      throw new BrokenStack(
        `unable to resolve ${place}; the secret ${name} has no value here: put {"${name}": "…"} into ${outside.files.secrets}`,
      );
    }
    if (key === '') return value;
    const json = parseJson(value);
    const field = isObject(json) && Object.hasOwn(json, key) ? json[key] : undefined;
    if (field !== undefined) return typeof field === 'string' ? field : JSON.stringify(field);
    throw new BrokenStack(`unable to resolve ${place}; the secret ${name} has no JSON with a key ${key}`);
  };
  return values;
}
