import { isObject } from '#text';

/** Whether a record, in the shape that the function gets, matches. */
export type Filter = (value: unknown) => boolean;

/**
 * Reads one `Pattern` of an event source mapping's FilterCriteria. AND joins fields, OR joins the values of a list, and `$or` joins
 * whole patterns. Operators: exact, prefix, suffix, anything-but, exists, numeric, equals-ignore-case.
 * Source: Lambda developer guide, "Control which events Lambda sends to your function".
 * @throws Error, one sentence, for a pattern that Lambda would refuse on deployment
 */
export function readPattern(text: string): Filter {
  let pattern: unknown;
  try {
    pattern = JSON.parse(text);
  } catch {
    throw invalidPattern(text, 'it is not JSON');
  }
  if (!isObject(pattern)) throw invalidPattern(text, 'it is not an object');
  return objectFilter(pattern, '');
}

/** The whole FilterCriteria: a record matches if one pattern matches, or if there are no patterns. */
export function readFilters(patterns: readonly string[]): Filter {
  const filters = patterns.map(readPattern);
  return filters.length === 0 ? () => true : (value) => filters.some((filter) => filter(value));
}

function objectFilter(pattern: Record<string, unknown>, path: string): Filter {
  const parts = Object.entries(pattern).map(([key, inner]) => fieldFilter(key, inner, path ? `${path}.${key}` : key));
  if (parts.length === 0) throw invalidPattern(path, 'an empty object says nothing');
  return (value) => parts.every((part) => part(value));
}

function fieldFilter(key: string, pattern: unknown, path: string): Filter {
  if (key === '$or') return anyOf(pattern, path);
  if (isObject(pattern)) {
    const inner = objectFilter(pattern, path);
    return (value) => {
      const field = fieldOf(value, key);
      // A list in an event matches if one of its elements does. All fields of an absent object are absent, which `exists: false` matches.
      return Array.isArray(field) ? field.some(inner) : inner(field);
    };
  }
  if (!Array.isArray(pattern) || pattern.length === 0)
    throw invalidPattern(path, 'a field needs a list of values or an object');
  const rules = pattern.map((rule) => leafRule(rule, path));
  return (value) => {
    const leaves = leavesOf(fieldOf(value, key));
    return rules.some((rule) => rule(leaves));
  };
}

function anyOf(pattern: unknown, path: string): Filter {
  if (!Array.isArray(pattern) || pattern.length < 2 || !pattern.every(isObject)) {
    throw invalidPattern(path, '$or needs a list of two or more objects');
  }
  const choices = pattern.map((choice) => objectFilter(choice, path));
  return (value) => choices.some((choice) => choice(value));
}

type Leaf = string | number | boolean | null;
type LeafRule = (leaves: readonly Leaf[]) => boolean;

function leafRule(rule: unknown, path: string): LeafRule {
  if (isLeaf(rule)) return (leaves) => leaves.includes(rule);
  if (!isObject(rule)) throw invalidPattern(path, 'a list inside a list is no rule');
  const [[operator, operand] = [], ...others] = Object.entries(rule);
  if (operator === undefined || others.length > 0) throw invalidPattern(path, 'a rule has exactly one operator');
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw invalidPattern(path, 'exists is true or false');
    return (leaves) => leaves.length > 0 === operand;
  }
  const matches = operator === 'anything-but' ? anythingBut(operand, path) : leafTest(operator, operand, path);
  return (leaves) => leaves.some(matches);
}

function anythingBut(operand: unknown, path: string): (leaf: Leaf) => boolean {
  if (isObject(operand)) {
    const [[operator = '', inner] = []] = Object.entries(operand);
    const matches = leafTest(operator, inner, path);
    return (leaf) => !matches(leaf);
  }
  const excluded = [operand].flat();
  if (excluded.length === 0 || !excluded.every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw invalidPattern(path, 'anything-but needs strings or numbers');
  }
  return (leaf) => !excluded.some((value) => value === leaf);
}

function leafTest(operator: string, operand: unknown, path: string): (leaf: Leaf) => boolean {
  if (operator === 'numeric') return numeric(operand, path);
  if (typeof operand !== 'string') throw invalidPattern(path, `${operator} needs a string`);
  switch (operator) {
    case 'prefix':
      return (leaf) => typeof leaf === 'string' && leaf.startsWith(operand);
    case 'suffix':
      return (leaf) => typeof leaf === 'string' && leaf.endsWith(operand);
    case 'equals-ignore-case':
      return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === operand.toLowerCase();
    default:
      throw invalidPattern(path, `there is no operator ${operator}`);
  }
}

const comparisons = new Map<unknown, (a: number, b: number) => boolean>([
  ['=', (a, b) => a === b],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

/** `["=", 3]` or a range `[">", 0, "<=", 5]`. Never matches DynamoDB's numbers, which are strings in a record: `{"N": "3"}`. */
function numeric(operand: unknown, path: string): (leaf: Leaf) => boolean {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw invalidPattern(path, 'numeric needs one or two comparisons');
  }
  const tests: ((leaf: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = comparisons.get(operand[at]);
    const limit: unknown = operand[at + 1];
    if (!compare || typeof limit !== 'number')
      throw invalidPattern(path, 'numeric compares with =, <, <=, > or >= and a number');
    tests.push((leaf) => compare(leaf, limit));
  }
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
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
