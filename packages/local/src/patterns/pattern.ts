import { isObject, parseJson } from '#text';
import { type Leaf, operatorTest, type Reader } from './operators.ts';

/** Whether a value matches: a record in the shape that a function gets, an event of a bus, a message's attributes or body. */
export type Filter = (value: unknown) => boolean;

/**
 * Reads one pattern, as JSON. AND joins fields, OR joins the values of a list, and `$or` joins whole patterns.
 * @throws Error, one sentence, for a pattern that AWS would refuse on deployment
 */
export function readPattern(text: string, reader: Reader = 'mapping'): Filter {
  const pattern = parseJson(text);
  if (pattern === undefined) throw invalidPattern(text, 'it is not JSON');
  if (!isObject(pattern)) throw invalidPattern(text, 'it is not an object');
  return objectFilter(pattern, '', reader);
}

/** The whole FilterCriteria of an event source mapping: a record matches if one pattern matches, or if there are no patterns. */
export function readFilters(patterns: readonly string[]): Filter {
  const filters = patterns.map((pattern) => readPattern(pattern));
  return filters.length === 0 ? () => true : (value) => filters.some((filter) => filter(value));
}

function objectFilter(pattern: Record<string, unknown>, path: string, reader: Reader): Filter {
  const parts = Object.entries(pattern).map(([key, inner]) =>
    fieldFilter(key, inner, path ? `${path}.${key}` : key, reader),
  );
  if (parts.length === 0) throw invalidPattern(path, 'an empty object says nothing');
  return (value) => parts.every((part) => part(value));
}

function fieldFilter(key: string, pattern: unknown, path: string, reader: Reader): Filter {
  if (key === '$or') return anyOf(pattern, path, reader);
  if (isObject(pattern)) {
    const inner = objectFilter(pattern, path, reader);
    return (value) => {
      const field = fieldOf(value, key);
      // A list in an event matches if one of its elements does. All fields of an absent object are absent, which `exists: false` matches.
      return Array.isArray(field) ? field.some(inner) : inner(field);
    };
  }
  if (!Array.isArray(pattern) || pattern.length === 0)
    throw invalidPattern(path, 'a field needs a list of values or an object');
  const rules = pattern.map((rule) => leafRule(rule, path, reader));
  return (value) => {
    const leaves = leavesOf(fieldOf(value, key));
    return rules.some((rule) => rule(leaves));
  };
}

function anyOf(pattern: unknown, path: string, reader: Reader): Filter {
  if (!Array.isArray(pattern) || pattern.length < 2 || !pattern.every(isObject)) {
    throw invalidPattern(path, '$or needs a list of two or more objects');
  }
  const choices = pattern.map((choice) => objectFilter(choice, path, reader));
  return (value) => choices.some((choice) => choice(value));
}

type LeafRule = (leaves: readonly Leaf[]) => boolean;

function leafRule(rule: unknown, path: string, reader: Reader): LeafRule {
  if (isLeaf(rule)) return (leaves) => leaves.includes(rule);
  if (!isObject(rule)) throw invalidPattern(path, 'a list inside a list is no rule');
  const [[operator, operand] = [], ...others] = Object.entries(rule);
  if (operator === undefined || others.length > 0) throw invalidPattern(path, 'a rule has exactly one operator');
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalidPattern(path, 'exists is true or false');
    return (leaves) => leaves.length > 0 === operand;
  }
  const matches = operatorTest(reader, operator, operand, (reason) => invalidPattern(path, reason));
  return (leaves) => leaves.some(matches);
}

function fieldOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** All rules, also `exists`, see leaves only: an object has no value, and a list has the values of its elements. */
function leavesOf(value: unknown): readonly Leaf[] {
  return [value].flat(Number.POSITIVE_INFINITY).filter(isLeaf);
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function invalidPattern(where: string, reason: string): Error {
  return new Error(`unable to read the filter pattern${where ? ` at ${where}` : ''}; ${reason}`);
}
