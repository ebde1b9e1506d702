import { arnMatches, globMatches } from './glob.ts';

/** A request's values by condition key: `aws:SecureTransport`, `dynamodb:LeadingKeys`, … Case does not matter. */
export type ConditionValues = Readonly<Record<string, string | readonly string[]>>;

/** A statement's `Condition`: operator → key → values. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** An operator that is not supported here must not allow or deny anything. */
export class UnknownOperator extends Error {}

/**
 * Whether all conditions of a statement hold.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * @throws UnknownOperator
 */
export function conditionsHold(conditions: Conditions, values: ConditionValues): boolean {
  const given = new Map(Object.entries(values).map(([key, value]) => [key.toLowerCase(), [value].flat()]));
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, given.get(key.toLowerCase()))),
  );
}

function holds(operator: string, wanted: readonly string[], given: readonly string[] | undefined): boolean {
  const [, quantifier, name = operator, ifExists] =
    /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (name === 'Null') return wanted.includes(String(given === undefined));
  const negated = name.includes('Not');
  const test = tests[name.replace('Not', '')];
  if (!test) throw new UnknownOperator(operator);
  // A missing key fails the condition, unless the operator is negated, …IfExists or ForAllValues.
  if (given === undefined || given.length === 0) {
    return ifExists !== undefined || quantifier === 'ForAllValues:' || (negated && quantifier === undefined);
  }
  const matches = (value: string) => wanted.some((pattern) => test(pattern, value)) !== negated;
  return quantifier === 'ForAllValues:' || (negated && quantifier === undefined)
    ? given.every(matches)
    : given.some(matches);
}

const tests: Readonly<Record<string, (wanted: string, given: string) => boolean>> = {
  StringEquals: (wanted, given) => wanted === given,
  StringEqualsIgnoreCase: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  StringLike: globMatches,
  ArnEquals: arnMatches,
  ArnLike: arnMatches,
  Bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  NumericEquals: (wanted, given) => Number(given) === Number(wanted),
  NumericLessThan: (wanted, given) => Number(given) < Number(wanted),
  NumericLessThanEquals: (wanted, given) => Number(given) <= Number(wanted),
  NumericGreaterThan: (wanted, given) => Number(given) > Number(wanted),
  NumericGreaterThanEquals: (wanted, given) => Number(given) >= Number(wanted),
};
