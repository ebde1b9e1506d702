import type { AwsError } from '#aws-json/aws-error';
import { isObject } from '#text';
import { validation } from './errors.ts';

/*
 * dynoxide 1.2.1 and older abort on a character outside ASCII in an expression (GHSA-gwhp-7jch-7xj6), so such an expression is refused before
 * the engine hears of it. No expression that DynamoDB accepts has such a character: names that need one are passed in
 * `ExpressionAttributeNames`. AWS, "Expression attribute names (aliases) in DynamoDB". The sentences are those of DynamoDB in eu-west-2 and
 * us-east-1, October 2026, as recorded by dynoxide's authors.
 */

const expressions = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
];
const placeholders = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];

/** DynamoDB puts this before its complaint about a single write, and about nothing else. */
const single = '1 validation error detected: ';
const isSingleWrite = (operation: string) =>
  operation === 'PutItem' || operation === 'UpdateItem' || operation === 'DeleteItem';

/** DynamoDB's error for an expression that it cannot read because of a character outside ASCII. Undefined: there is none. */
export function refuseUnreadable(operation: string, input: Readonly<Record<string, unknown>>): AwsError | undefined {
  for (const part of partsOf(operation, input)) {
    for (const name of expressions) {
      const expression = part[name];
      if (typeof expression !== 'string' || isAscii(expression)) continue;
      const message = invalidKey(part) ?? `Invalid ${name}: ${syntaxError(expression)}`;
      return validation(`${isSingleWrite(operation) ? single : ''}${message}`);
    }
  }
  return undefined;
}

type Part = Readonly<Record<string, unknown>>;

/** The objects of a request that may have expressions. */
function partsOf(operation: string, input: Part): readonly Part[] {
  if (operation === 'BatchGetItem') return objectsIn(input.RequestItems);
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return objectsIn(input.TransactItems).flatMap(objectsIn);
  }
  return [input];
}

/** The objects in a list, or in the values of an object. */
const objectsIn = (value: unknown): Part[] =>
  typeof value === 'object' && value !== null ? Object.values(value).filter(isObject) : [];

const isAscii = (text: string) => !/[^\0-\x7f]/.test(text);

function invalidKey(part: Part): string | undefined {
  for (const name of placeholders) {
    const keys = part[name];
    const key = isObject(keys) ? Object.keys(keys).find((one) => !isAscii(one)) : undefined;
    if (key !== undefined) return `${name} contains invalid key: Syntax error; key: "${key}"`;
  }
  return undefined;
}

const token = /[#:]?\w+|<>|<=|>=|[^ \t\n\v\f\r]/gu;
const readable = /^(?:[#:]?\w+|<>|<=|>=|[=<>+\-()[\].,])$/;

/** Names the first token that nobody can read. What is near it reaches from the token before to the token after it. */
function syntaxError(expression: string): string {
  const tokens = [...expression.matchAll(token)];
  const at = tokens.findIndex(([text]) => !readable.test(text));
  const [bad, before, after] = [tokens[at], tokens[at - 1] ?? tokens[at], tokens[at + 1] ?? tokens[at]];
  const near = expression.slice(before?.index, (after?.index ?? 0) + (after?.[0].length ?? 0));
  return `Syntax error; token: "${bad?.[0]}", near: "${near}"`;
}
