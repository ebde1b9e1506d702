import jsep from 'jsep';

/** A value for each period, the oldest first; undefined where there is none. */
export type Points = readonly (number | undefined)[];
/** What an expression gives. */
export type Value = number | string | Points | readonly Points[];

/** What an expression may use besides numbers. */
export interface Scope {
  /** Of another metric or expression, by its id. */
  value(id: string): Value;
  /** The metrics of the request whose id contains this, for `METRICS`. */
  metrics(part: string): readonly Points[];
  search(expression: string, statistic: string): readonly Points[];
  /** Seconds. */
  readonly period: number;
}

/** An expression is wrong, or is not served. One sentence. */
export class MathError extends Error {}

// CloudWatch writes powers and conditions in its own way.
jsep.addBinaryOp('^', 11, true);
jsep.addBinaryOp('AND', 2);
jsep.addBinaryOp('OR', 1);

/** Reads an expression without computing it. @throws MathError */
export function checkMath(expression: string): void {
  const visit = (node: jsep.Expression): void => {
    if (node.type === 'CallExpression') functionOf(nameIn(Object(node).callee));
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child);
  };
  visit(parse(expression));
}

/**
 * Computes an expression: operators, and the functions that alarms and dashboards use most.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 * @throws MathError
 */
export function evaluateMath(expression: string, scope: Scope): Value {
  return compute(parse(expression), scope);
}

function parse(expression: string): jsep.Expression {
  try {
    return jsep(expression);
  } catch (error) {
    throw new MathError(`unable to read the expression ${expression}; ${String(error)}`);
  }
}

function compute(node: jsep.Expression, scope: Scope): Value {
  switch (node.type) {
    case 'Literal':
      return Object(node).value;
    case 'Identifier':
      return nameIn(node) === 'REPEAT' ? 'REPEAT' : scope.value(nameIn(node));
    case 'ArrayExpression':
      return Object(node).elements.flatMap((one: jsep.Expression) => asList(compute(one, scope)));
    case 'UnaryExpression': {
      const { operator, argument } = Object(node);
      if (operator !== '-' && operator !== '+') throw new MathError(`${operator} is no operator of CloudWatch`);
      return lift((a) => (operator === '-' ? -a : a), compute(argument, scope));
    }
    case 'BinaryExpression': {
      const { operator, left, right } = Object(node);
      const run = operators[operator];
      if (!run) throw new MathError(`${operator} is not served locally`);
      return lift(run, compute(left, scope), compute(right, scope));
    }
    case 'CallExpression': {
      const { callee, arguments: given } = Object(node);
      const values = given.map((one: jsep.Expression) => compute(one, scope));
      return functionOf(nameIn(callee))(values, scope);
    }
    default:
      throw new MathError(`${node.type} is not served locally`);
  }
}

const truth = (value: boolean) => (value ? 1 : 0);
const operators: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
  '<': (a, b) => truth(a < b),
  '>': (a, b) => truth(a > b),
  '<=': (a, b) => truth(a <= b),
  '>=': (a, b) => truth(a >= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
  '&&': (a, b) => truth(a !== 0 && b !== 0),
  AND: (a, b) => truth(a !== 0 && b !== 0),
  '||': (a, b) => truth(a !== 0 || b !== 0),
  OR: (a, b) => truth(a !== 0 || b !== 0),
};

type MathFunction = (values: readonly Value[], scope: Scope) => Value;

/** Of a list, for each period over those that have a value then; of one series, over its periods. */
const over =
  (combine: (numbers: readonly number[]) => number): MathFunction =>
  ([value = 0]) => {
    if (!isList(value)) return combine(present(asPoints(value)));
    const length = Math.max(0, ...value.map((points) => points.length));
    return Array.from({ length }, (_, at) => {
      const numbers = present(value.map((points) => points[at]));
      return numbers.length > 0 ? combine(numbers) : undefined;
    });
  };
const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
const each =
  (run: (a: number) => number): MathFunction =>
  ([value = 0]) =>
    lift(run, value);

const functions: Readonly<Record<string, MathFunction>> = {
  SUM: over(sum),
  AVG: over((numbers) => sum(numbers) / numbers.length),
  MIN: over((numbers) => Math.min(...numbers)),
  MAX: over((numbers) => Math.max(...numbers)),
  ABS: each(Math.abs),
  CEIL: each(Math.ceil),
  FLOOR: each(Math.floor),
  LOG: each(Math.log),
  LOG10: each(Math.log10),
  FIRST: ([value = 0]) => asPoints(value)[0] ?? 0,
  LAST: ([value = 0]) => asPoints(value).at(-1) ?? 0,
  DATAPOINT_COUNT: ([value = 0]) => present(asPoints(value)).length,
  PERIOD: (_, { period }) => period,
  FILL: ([value = 0, filling = 0]) =>
    mapSeries(value, (points) => {
      let last: number | undefined;
      return points.map((point, at) => {
        if (point !== undefined) last = point;
        return point ?? (filling === 'REPEAT' ? last : typeof filling === 'number' ? filling : asPoints(filling)[at]);
      });
    }),
  IF: ([condition = 0, then = 0, otherwise]) => {
    if (typeof condition === 'number') return condition !== 0 ? then : (otherwise ?? []);
    return asPoints(condition).map((one, at) => {
      const chosen = one === undefined ? undefined : one !== 0 ? then : otherwise;
      return chosen === undefined ? undefined : typeof chosen === 'number' ? chosen : asPoints(chosen)[at];
    });
  },
  DIFF: ([value = 0]) => mapSeries(value, (points) => points.map((point, at) => minus(point, points[at - 1]))),
  RATE: ([value = 0], { period }) =>
    mapSeries(value, (points) => points.map((point, at) => over1(minus(point, points[at - 1]), period))),
  RUNNING_SUM: ([value = 0]) =>
    mapSeries(value, (points) => points.map((_, at) => sum(present(points.slice(0, at + 1))))),
  METRICS: ([part = ''], { metrics }) => metrics(String(part)),
  SEARCH: ([expression = '', statistic = ''], { search }) => search(String(expression), String(statistic)),
};

function functionOf(name: string): MathFunction {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!found) throw new MathError(`the function ${name} is not served locally`);
  return found;
}

/** Applies a function to numbers, or to each value of series. Where one has none, the result has none. */
function lift(run: (a: number, b: number) => number, a: Value, b: Value = 0): Value {
  if (isList(a)) return a.map((points) => asPoints(lift(run, points, b)));
  if (isList(b)) return b.map((points) => asPoints(lift(run, a, points)));
  if (typeof a === 'number' && typeof b === 'number') return run(a, b);
  const length = Math.max(...[a, b].map((one) => (typeof one === 'number' ? 0 : asPoints(one).length)));
  const at = (value: Value, index: number) => (typeof value === 'number' ? value : asPoints(value)[index]);
  return Array.from({ length }, (_, index) => {
    const [left, right] = [at(a, index), at(b, index)];
    return left === undefined || right === undefined ? undefined : run(left, right);
  });
}

const mapSeries = (value: Value, run: (points: Points) => Points): Value =>
  isList(value) ? value.map(run) : run(asPoints(value));
const minus = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b;
const over1 = (a: number | undefined, b: number) => (a === undefined ? undefined : a / b);
const present = (points: Points) => points.filter((point) => point !== undefined);

function isList(value: Value): value is readonly Points[] {
  return Array.isArray(value) && Array.isArray(value[0]);
}

function asPoints(value: Value): Points {
  if (typeof value === 'number') return [value];
  if (typeof value === 'string' || isList(value))
    throw new MathError('an expression needs one series where it has several');
  return value;
}

function asList(value: Value): readonly Points[] {
  return isList(value) ? value : [asPoints(value)];
}

const nameIn = (node: unknown): string => String(Object(node).name);
const isNode = (value: unknown): value is jsep.Expression => typeof Object(value).type === 'string';
