import { BlockList, isIP } from 'node:net';
import { isObject } from '#text';

export type Leaf = string | number | boolean | null;
export type Test = (leaf: Leaf) => boolean;

/**
 * Who reads the pattern. They speak one language, of which event source mappings know fewer words.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html,
 * https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html
 */
export type Reader = 'mapping' | 'bus' | 'topic';

/** @param fail makes the error for a wrong operand */
export type Fail = (reason: string) => Error;

/** The test that `{"operator": operand}` stands for. @throws what `fail` makes */
export function operatorTest(reader: Reader, operator: string, operand: unknown, fail: Fail): Test {
  if (operator === 'anything-but') return anythingBut(reader, operand, fail);
  if (operator === 'numeric') return numeric(operand, fail);
  const isKnown = simple.has(operator) || (reader !== 'mapping' && operator in more);
  if (!isKnown) throw fail(`there is no operator ${operator}`);
  if (reader !== 'mapping' && isObject(operand) && (operator === 'prefix' || operator === 'suffix')) {
    const { 'equals-ignore-case': text, ...others } = operand;
    if (typeof text !== 'string' || Object.keys(others).length > 0) {
      throw fail(`${operator} needs a string, or equals-ignore-case with one`);
    }
    const test = textTest(operator, text.toLowerCase(), fail);
    return (leaf) => typeof leaf === 'string' && test(leaf.toLowerCase());
  }
  if (typeof operand !== 'string') throw fail(`${operator} needs a string`);
  const test = textTest(operator, operand, fail);
  return (leaf) => typeof leaf === 'string' && test(leaf);
}

const simple = new Set(['prefix', 'suffix', 'equals-ignore-case']);
/** What event source mappings do not know. */
const more = { wildcard, cidr };

function textTest(operator: string, operand: string, fail: Fail): (text: string) => boolean {
  switch (operator) {
    case 'prefix':
      return (text) => text.startsWith(operand);
    case 'suffix':
      return (text) => text.endsWith(operand);
    case 'wildcard':
      return wildcard(operand, fail);
    case 'cidr':
      return cidr(operand, fail);
    default:
      return (text) => text.toLowerCase() === operand.toLowerCase();
  }
}

/** `*` stands for any text, `\*` for a star. */
function wildcard(operand: string, fail: Fail): (text: string) => boolean {
  if (operand.includes('**')) throw fail('wildcard has two stars beside each other');
  const parts = operand.match(/\\[*\\]|[\s\S]/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '[\\s\\S]*' : escapeRegExp(part.length > 1 ? part.slice(1) : part),
  );
  const expression = new RegExp(`^${source.join('')}$`);
  return (text) => expression.test(text);
}

function cidr(operand: string, fail: Fail): (text: string) => boolean {
  const [address = '', bits] = operand.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  } catch {
    throw fail(`${operand} is no range of IP addresses`);
  }
  return (text) => isIP(text) !== 0 && list.check(text, isIP(text) === 6 ? 'ipv6' : 'ipv4');
}

/** A value, a list of values, or `{"prefix": …}` and the like with one text or a list. */
function anythingBut(reader: Reader, operand: unknown, fail: Fail): Test {
  if (isObject(operand)) {
    const [[operator = '', inner] = []] = Object.entries(operand);
    if (reader === 'mapping' && operator !== 'prefix') throw fail(`there is no anything-but with ${operator}`);
    const tests = (Array.isArray(inner) ? inner : [inner]).map((one) => operatorTest(reader, operator, one, fail));
    return (leaf) => !tests.some((matches) => matches(leaf));
  }
  const excluded = [operand].flat();
  if (excluded.length === 0 || !excluded.every((value) => typeof value === 'string' || typeof value === 'number')) {
    throw fail('anything-but needs strings or numbers');
  }
  return (leaf) => !excluded.some((value) => value === leaf);
}

const comparisons = new Map<unknown, (a: number, b: number) => boolean>([
  ['=', (a, b) => a === b],
  ['<', (a, b) => a < b],
  ['<=', (a, b) => a <= b],
  ['>', (a, b) => a > b],
  ['>=', (a, b) => a >= b],
]);

/** `["=", 3]` or a range `[">", 0, "<=", 5]`. Never matches DynamoDB's numbers, which are strings in a record: `{"N": "3"}`. */
function numeric(operand: unknown, fail: Fail): Test {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw fail('numeric needs one or two comparisons');
  }
  const tests: ((leaf: number) => boolean)[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const compare = comparisons.get(operand[at]);
    const limit: unknown = operand[at + 1];
    if (!compare || typeof limit !== 'number') throw fail('numeric compares with =, <, <=, > or >= and a number');
    tests.push((leaf) => compare(leaf, limit));
  }
  return (leaf) => typeof leaf === 'number' && tests.every((test) => test(leaf));
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
