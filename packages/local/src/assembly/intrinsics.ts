import { isObject, splitOnce } from '#text';
import { BrokenStack } from './broken-stack.ts';

/** The values that intrinsic functions of a template refer to. */
export interface Scope {
  /** A resource's physical id, a parameter's value or a pseudo parameter. `undefined` is `AWS::NoValue`. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): string;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): unknown;
  /** What a stack exports under this name. */
  imported(name: string, place: string): string;
  /** An output of another stack. */
  stackOutput(stackName: string, output: string, place: string): string;
}

/**
 * Replaces the intrinsic functions in a value, at any depth. Entries that resolve to `AWS::NoValue` are removed.
 * Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
 * @param place the value's place in the template, for the message of a `BrokenStack`
 */
export function resolve(value: unknown, scope: Scope, place: string): unknown {
  if (Array.isArray(value))
    return value.map((item) => resolve(item, scope, place)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
    return call(only[0], only[1], scope, place);
  }
  return Object.fromEntries(
    entries.map(([key, item]) => [key, resolve(item, scope, place)]).filter(([, item]) => item !== undefined),
  );
}

/** A condition of the template: `Fn::Equals`, `Fn::Not`, `Fn::And`, `Fn::Or` and references to other conditions. */
export function holds(condition: unknown, scope: Scope, place: string): boolean {
  const [name, argument] = single(condition, place);
  const list = Array.isArray(argument) ? argument : [];
  switch (name) {
    case 'Fn::Equals':
      return (
        JSON.stringify(resolve(list[0], scope, place) ?? null) ===
        JSON.stringify(resolve(list[1], scope, place) ?? null)
      );
    case 'Fn::Not':
      return !holds(list[0], scope, place);
    case 'Fn::And':
      return list.every((part) => holds(part, scope, place));
    case 'Fn::Or':
      return list.some((part) => holds(part, scope, place));
    case 'Condition':
      return scope.condition(text(argument, place));
    default:
      throw new BrokenStack(`unable to resolve ${place}; ${name} is not a known condition function`);
  }
}

function call(name: string, argument: unknown, scope: Scope, place: string): unknown {
  const resolved = (value: unknown) => resolve(value, scope, place);
  const list = () => {
    const items = resolved(argument);
    if (Array.isArray(items)) return items;
    throw new BrokenStack(`unable to resolve ${place}; ${name} needs a list`);
  };
  switch (name) {
    case 'Ref':
      return scope.ref(text(argument, place));
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = Array.isArray(argument) ? argument : splitOnce(text(argument, place), '.');
      return scope.attribute(text(logicalId, place), text(resolved(attribute), place));
    }
    case 'Fn::Join': {
      const [separator, parts] = list();
      return items(parts, name, place)
        .map((part) => text(part, place))
        .join(text(separator, place));
    }
    case 'Fn::Split': {
      const [separator, whole] = list();
      return text(whole, place).split(text(separator, place));
    }
    case 'Fn::Select': {
      const [index, from] = list();
      const chosen = items(from, name, place)[Number(index)];
      if (chosen === undefined) throw new BrokenStack(`unable to resolve ${place}; Fn::Select has no item ${index}`);
      return chosen;
    }
    case 'Fn::Sub':
      return substitute(argument, scope, place);
    case 'Fn::If': {
      const [condition, yes, no] = Array.isArray(argument) ? argument : [];
      return resolved(scope.condition(text(condition, place)) ? yes : no);
    }
    case 'Fn::FindInMap': {
      const [map, first, second] = list().map((part) => text(part, place));
      return resolved(scope.mapping(map ?? '', first ?? '', second ?? ''));
    }
    case 'Fn::ImportValue':
      return scope.imported(text(resolved(argument), place), place);
    case 'Fn::GetStackOutput': {
      const given = resolved(argument);
      const { StackName, OutputName } = isObject(given) ? given : {};
      return scope.stackOutput(text(StackName, place), text(OutputName, place), place);
    }
    case 'Fn::Length':
      return list().length;
    case 'Fn::ToJsonString':
      return JSON.stringify(resolved(argument));
    case 'Fn::Base64':
      return Buffer.from(text(resolved(argument), place)).toString('base64');
    default:
      throw new BrokenStack(`unable to resolve ${place}; the local runtime does not know ${name}`);
  }
}

/** Replaces `${Name}`, `${Name.Attribute}` and the names of `Fn::Sub`'s map; `${!Name}` becomes `${Name}`. */
function substitute(argument: unknown, scope: Scope, place: string): string {
  const [pattern, given] = Array.isArray(argument) ? argument : [argument, {}];
  const values = resolve(given ?? {}, scope, place);
  const named = typeof values === 'object' && values !== null ? new Map(Object.entries(values)) : new Map();
  return text(pattern, place).replace(/\$\{([^}]+)\}/g, (_whole, inside: string) => {
    if (inside.startsWith('!')) return `\${${inside.slice(1)}}`;
    const name = inside.trim();
    if (named.has(name)) return text(named.get(name), place);
    if (!name.includes('.')) return text(scope.ref(name), place);
    const [logicalId, attribute] = splitOnce(name, '.');
    return scope.attribute(logicalId, attribute);
  });
}

function single(value: unknown, place: string): [string, unknown] {
  const [entry, ...more] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (!entry || more.length > 0) throw new BrokenStack(`unable to resolve ${place}; it is not one condition function`);
  return entry;
}

function items(value: unknown, name: string, place: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new BrokenStack(`unable to resolve ${place}; ${name} needs a list of values`);
}

function text(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new BrokenStack(`unable to resolve ${place}; a string is needed where ${JSON.stringify(value)} stands`);
}
