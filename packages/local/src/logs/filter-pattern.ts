import { globMatches } from '#iam/glob';
import { isObject } from '#text';

/** A line of a log: its text, and what it is as JSON, undefined if it is none. */
export interface LogLine {
  readonly text: string;
  readonly json: unknown;
}

export type LineFilter = (line: LogLine) => boolean;

/**
 * Reads a filter pattern of CloudWatch Logs: `{ $.level = "ERROR" && $.status >= 500 }`, or terms like `ERROR -healthcheck ?a ?b`.
 * This is our own code, because no package reads this language.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @throws Error, one sentence, for a pattern that is wrong or of a kind that is not served: for columns, regular expressions
 */
export function readFilterPattern(pattern: string): LineFilter {
  const trimmed = pattern.trim();
  if (trimmed.startsWith('[')) throw new Error(`patterns for columns are not served locally: ${pattern}`);
  if (!trimmed.startsWith('{')) return readTerms(trimmed);
  const tokens = trimmed.slice(1, -1).match(token) ?? [];
  const reader = { tokens, at: 0, pattern };
  const test = readOr(reader);
  if (reader.at < tokens.length || !trimmed.endsWith('}')) throw wrong(reader);
  return ({ json }) => json !== undefined && test(json);
}

const token = /"(?:[^"\\]|\\.)*"|&&|\|\||!=|<=|>=|[=<>()]|%[^%]*%|\$(?:\.?\[[^\]]+\]|\.[\w-]+)*|[^\s()=<>!&|]+/g;

type Test = (json: unknown) => boolean;

interface Reader {
  readonly tokens: readonly string[];
  readonly pattern: string;
  at: number;
}

function readOr(reader: Reader): Test {
  const tests = [readAnd(reader)];
  while (take(reader, '||')) tests.push(readAnd(reader));
  return (json) => tests.some((test) => test(json));
}

function readAnd(reader: Reader): Test {
  const tests = [readOne(reader)];
  while (take(reader, '&&')) tests.push(readOne(reader));
  return (json) => tests.every((test) => test(json));
}

function readOne(reader: Reader): Test {
  if (take(reader, '(')) {
    const inner = readOr(reader);
    if (!take(reader, ')')) throw wrong(reader);
    return inner;
  }
  const selector = next(reader);
  if (!selector.startsWith('$')) throw wrong(reader);
  const valueIn = select(selector);
  const operator = next(reader);
  if (operator === 'EXISTS') return (json) => valueIn(json) !== undefined;
  const operand = next(reader);
  const sentence = `${operator} ${operand}`;
  const isTests: Readonly<Record<string, (value: unknown) => boolean>> = {
    'NOT EXISTS': (value) => value === undefined,
    'IS NULL': (value) => value === null,
    'IS TRUE': (value) => value === true,
    'IS FALSE': (value) => value === false,
  };
  const isTest = isTests[sentence];
  if (isTest) return (json) => isTest(valueIn(json));
  if (operand.startsWith('%')) throw new Error(`regular expressions are not served locally: ${reader.pattern}`);
  const compare = comparisons[operator];
  if (!compare) throw wrong(reader);
  const wanted = operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand;
  return (json) => {
    const value = valueIn(json);
    return value !== undefined && value !== null && compare(value, wanted);
  };
}

/** Strings are compared with `*` for any characters, numbers by their value. */
const equal = (value: unknown, wanted: string): boolean =>
  typeof value === 'number' ? value === Number(wanted) : globMatches(wanted, String(value));
const ordered = (test: (a: number, b: number) => boolean) => (value: unknown, wanted: string) =>
  typeof value === 'number' && test(value, Number(wanted));

const comparisons: Readonly<Record<string, (value: unknown, wanted: string) => boolean>> = {
  '=': equal,
  '!=': (value, wanted) => !equal(value, wanted),
  '<': ordered((a, b) => a < b),
  '>': ordered((a, b) => a > b),
  '<=': ordered((a, b) => a <= b),
  '>=': ordered((a, b) => a >= b),
};

/** `$.error.code`, `$.list[0]`, `$.['a key']` */
export function select(selector: string): (json: unknown) => unknown {
  const keys = [...selector.matchAll(/\.([\w-]+)|\[(?:'([^']*)'|"([^"]*)"|(\d+))\]/g)].map(
    ([, plain, single, double, index]) => plain ?? single ?? double ?? index ?? '',
  );
  return (json) =>
    keys.reduce<unknown>(
      (value, key) => (isObject(value) || Array.isArray(value) ? Object(value)[key] : undefined),
      json,
    );
}

function readTerms(pattern: string): LineFilter {
  const terms = (pattern.match(/[?-]?"[^"]*"|\S+/g) ?? []).map((term) => ({
    kind: term[0] === '?' ? 'any' : term[0] === '-' ? 'none' : 'all',
    text: term.replace(/^[?-]/, '').replace(/^"(.*)"$/, '$1'),
  }));
  const of = (kind: string) => terms.filter((term) => term.kind === kind).map(({ text }) => text);
  const [all, any, none] = [of('all'), of('any'), of('none')];
  return ({ text }) =>
    all.every((term) => text.includes(term)) &&
    (any.length === 0 || any.some((term) => text.includes(term))) &&
    !none.some((term) => text.includes(term));
}

function take(reader: Reader, wanted: string): boolean {
  if (reader.tokens[reader.at] !== wanted) return false;
  reader.at += 1;
  return true;
}

function next(reader: Reader): string {
  const found = reader.tokens[reader.at];
  if (found === undefined) throw wrong(reader);
  reader.at += 1;
  return found;
}

const wrong = ({ pattern }: Reader) => new Error(`this is no filter pattern: ${pattern}`);
