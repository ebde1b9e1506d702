import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFilters, readPattern } from '#patterns/pattern';

const matches = (pattern: object, value: unknown) => readPattern(JSON.stringify(pattern))(value);
const record = {
  eventName: 'MODIFY',
  dynamodb: {
    Keys: { pk: { S: 'USER#ann' }, sk: { S: 'HUB' } },
    NewImage: {
      pk: { S: 'USER#ann' },
      count: { N: '3' },
      tags: { SS: ['a', 'b'] },
      list: { L: [{ S: 'x' }, { N: '1' }] },
    },
    SizeBytes: 120,
  },
};

describe('a pattern', () => {
  test.each<[string, object, boolean]>([
    ['exact, one of several', { eventName: ['INSERT', 'MODIFY'] }, true],
    ['exact, none of them', { eventName: ['INSERT', 'REMOVE'] }, false],
    ['exact is case sensitive', { eventName: ['modify'] }, false],
    ['equals-ignore-case', { eventName: [{ 'equals-ignore-case': 'Modify' }] }, true],
    ['prefix, nested', { dynamodb: { Keys: { pk: { S: [{ prefix: 'USER#' }] } } } }, true],
    ['prefix of something else', { dynamodb: { Keys: { pk: { S: [{ prefix: 'CONV#' }] } } } }, false],
    ['suffix', { dynamodb: { Keys: { pk: { S: [{ suffix: '#ann' }] } } } }, true],
    ['anything-but a string', { eventName: [{ 'anything-but': 'REMOVE' }] }, true],
    ['anything-but a list', { eventName: [{ 'anything-but': ['MODIFY', 'REMOVE'] }] }, false],
    ['anything-but a prefix', { eventName: [{ 'anything-but': { prefix: 'MOD' } }] }, false],
    ['anything-but needs the field', { dynamodb: { OldImage: { pk: { S: [{ 'anything-but': 'x' }] } } } }, false],
    ['exists', { dynamodb: { NewImage: { count: { N: [{ exists: true }] } } } }, true],
    [
      'exists sees leaves only, not a whole attribute',
      { dynamodb: { NewImage: { count: [{ exists: true }] } } },
      false,
    ],
    ['does not exist, inside an absent image', { dynamodb: { OldImage: { pk: { S: [{ exists: false }] } } } }, true],
    ['numeric range', { dynamodb: { SizeBytes: [{ numeric: ['>', 100, '<=', 120] }] } }, true],
    ['numeric, outside', { dynamodb: { SizeBytes: [{ numeric: ['<', 120] }] } }, false],
    [
      "numeric never matches DynamoDB's numbers, which are strings",
      { dynamodb: { NewImage: { count: { N: [{ numeric: ['=', 3] }] } } } },
      false,
    ],
    ["DynamoDB's numbers match as strings", { dynamodb: { NewImage: { count: { N: ['3'] } } } }, true],
    ['a list matches if one of its elements does', { dynamodb: { NewImage: { tags: { SS: ['b'] } } } }, true],
    ['a list of objects too', { dynamodb: { NewImage: { list: { L: { S: ['x'] } } } } }, true],
    ['all fields must match', { eventName: ['MODIFY'], dynamodb: { Keys: { sk: { S: ['HEAD'] } } } }, false],
    [
      '$or needs one matching pattern',
      { $or: [{ eventName: ['INSERT'] }, { dynamodb: { Keys: { sk: { S: ['HUB'] } } } }] },
      true,
    ],
    [
      '$or beside a field',
      { eventName: ['INSERT'], $or: [{ eventName: ['MODIFY'] }, { eventName: ['INSERT'] }] },
      false,
    ],
    ['nested $or', { dynamodb: { $or: [{ SizeBytes: [1] }, { Keys: { sk: { S: ['HUB'] } } }] } }, true],
  ])('%s', (_, pattern, expected) => {
    expect(matches(pattern, record)).toBe(expected);
  });

  test.each([
    ['{', 'it is not JSON'],
    ['[]', 'it is not an object'],
    ['{"eventName":"INSERT"}', 'at eventName; a field needs a list of values or an object'],
    ['{"a":{"b":[]}}', 'at a.b; a field needs a list of values or an object'],
    ['{"a":[{"like":"x"}]}', 'at a; there is no operator like'],
    ['{"a":[{"prefix":1}]}', 'at a; prefix needs a string'],
    ['{"a":[{"exists":"yes"}]}', 'at a; exists is true or false'],
    ['{"a":[{"numeric":["~",1]}]}', 'at a; numeric compares with'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'at a; a rule has exactly one operator'],
    ['{"$or":[{"a":[1]}]}', 'at $or; $or needs a list of two or more objects'],
  ])('that Lambda would refuse is refused with a reason: %s', (text, reason) => {
    expect(() => readPattern(text)).toThrow(reason);
  });
});

describe('for any record', () => {
  const key = fc.stringMatching(/^[a-z]{1,6}$/);
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const event = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 })), { minKeys: 1 });

  /** The pattern that matches exactly this value. */
  const exactly = (value: unknown): unknown =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, exactly(inner)]))
      : [value];

  test('the pattern made of its own values matches it, but not if one value differs', () => {
    fc.assert(
      fc.property(event, leaf, (value, other) => {
        const pattern = Object(exactly(value));
        expect(matches(pattern, value)).toBe(true);
        const [name = ''] = Object.keys(value);
        const changed = { ...value, [name]: other };
        expect(matches(pattern, changed)).toBe(value[name] === other);
      }),
    );
  });

  test('exactly one of "exists" and "does not exist" holds for a field', () => {
    fc.assert(
      fc.property(event, key, (value, name) => {
        const [is, isNot] = [true, false].map((exists) => matches({ [name]: [{ exists }] }, value));
        expect(is).toBe(!isNot);
      }),
    );
  });

  test('exactly one of prefix and anything-but prefix holds for a string', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, prefix) => {
        const is = matches({ a: [{ prefix }] }, { a: text });
        expect(matches({ a: [{ 'anything-but': { prefix } }] }, { a: text })).toBe(!is);
        expect(is).toBe(text.startsWith(prefix));
      }),
    );
  });

  test('several patterns match if one does, and an empty list always matches', () => {
    fc.assert(
      fc.property(event, fc.array(event, { minLength: 1, maxLength: 4 }), (value, others) => {
        const patterns = others.map((other) => JSON.stringify(exactly(other)));
        expect(readFilters(patterns)(value)).toBe(patterns.some((pattern) => readPattern(pattern)(value)));
        expect(readFilters([])(value)).toBe(true);
      }),
    );
  });
});

describe('the operators that buses and topics know besides', () => {
  const event = {
    source: 'shop.orders',
    detail: { path: 'in/lib/a.png', ip: '10.0.0.7', six: '2001:db8::1', state: 'DONE', star: 'a*b', n: 5 },
  };
  test.each<[string, object, boolean]>([
    ['a wildcard', { detail: { path: [{ wildcard: '*/lib/*.png' }] } }, true],
    ['a wildcard that does not match', { detail: { path: [{ wildcard: 'lib/*' }] } }, false],
    ['a star as such in a wildcard', { detail: { star: [{ wildcard: 'a\\*b' }] } }, true],
    ['an IP address in a range', { detail: { ip: [{ cidr: '10.0.0.0/24' }] } }, true],
    ['an IP address outside a range', { detail: { ip: [{ cidr: '10.0.1.0/24' }] } }, false],
    ['an IPv6 address in a range', { detail: { six: [{ cidr: '2001:db8::/32' }] } }, true],
    ['no IP address', { detail: { state: [{ cidr: '10.0.0.0/24' }] } }, false],
    ['a prefix in any case', { source: [{ prefix: { 'equals-ignore-case': 'SHOP.' } }] }, true],
    ['a suffix in any case', { detail: { state: [{ suffix: { 'equals-ignore-case': 'ne' } }] } }, true],
    ['anything but a suffix', { detail: { path: [{ 'anything-but': { suffix: '.png' } }] } }, false],
    ['anything but prefixes', { source: [{ 'anything-but': { prefix: ['bank.', 'mail.'] } }] }, true],
    ['anything but a wildcard', { detail: { path: [{ 'anything-but': { wildcard: '*/lib/*' } }] } }, false],
    [
      'anything but a text in any case',
      { detail: { state: [{ 'anything-but': { 'equals-ignore-case': 'done' } }] } },
      false,
    ],
    ['anything but numbers', { detail: { n: [{ 'anything-but': [5, 6] }] } }, false],
  ])('%s', (_, pattern, expected) => {
    expect(readPattern(JSON.stringify(pattern), 'bus')(event)).toBe(expected);
  });

  test('are refused in an event source mapping, as on AWS', () => {
    expect(() => matches({ source: [{ wildcard: 'a*' }] }, {})).toThrow('there is no operator wildcard');
    expect(() => matches({ source: [{ 'anything-but': { suffix: 'a' } }] }, {})).toThrow('anything-but with suffix');
  });
});
