import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCounters } from '#counters';
import { askForCapacity, countCapacity } from '#dynamodb/capacity';
import { monitoring } from '../fixture/monitoring.ts';

const root = { kind: 'root', arn: 'arn' } as const;
const about = () => ({ operation: 'GetItem', principal: root, counters: createCounters(), ...monitoring() });
const reported = { TableName: 'T', CapacityUnits: 1.5, Table: { CapacityUnits: 1.5 } };

test('the capacity is taken from an answer of any contents, wherever it stands', () => {
  const anything = fc.dictionary(
    fc.oneof(fc.string(), fc.constant('ConsumedCapacity'), fc.constant('__proto__')),
    fc.jsonValue(),
  );
  const tricky = fc.constantFrom(
    '"ConsumedCapacity":',
    '\\"ConsumedCapacity":{}}',
    ',"ConsumedCapacity":{"TableName":"X"}}',
  );
  fc.assert(
    fc.property(anything, anything, tricky, fc.boolean(), fc.boolean(), (item, others, text, isLast, isList) => {
      const { ConsumedCapacity: _, ...rest } = others;
      const output = { ...rest, Item: { M: item, text } };
      const capacity = { ConsumedCapacity: isList ? [reported] : reported };
      const body = Buffer.from(JSON.stringify(isLast ? { ...output, ...capacity } : { ...capacity, ...output }));
      const counting = about();
      const answer = countCapacity(body, { ...counting, wanted: 'NONE' });
      expect(JSON.parse(answer.toString())).toEqual(JSON.parse(JSON.stringify(output)));
      expect(counting.counters.snapshot()['dynamodb.read-units']).toBe(1.5);
    }),
  );
});

test('an answer with nothing but the capacity becomes an empty one', () => {
  const body = Buffer.from(JSON.stringify({ ConsumedCapacity: reported }));
  expect(countCapacity(body, { ...about(), wanted: 'NONE' }).toString()).toBe('{}');
  const total = countCapacity(body, { ...about(), wanted: 'TOTAL' });
  expect(JSON.parse(total.toString())).toEqual({ ConsumedCapacity: { TableName: 'T', CapacityUnits: 1.5 } });
});

test('an answer of an engine that writes spaces stays JSON', () => {
  const body = Buffer.from(`{"Item": {"a": {"S": ","}}, "ConsumedCapacity": ${JSON.stringify(reported)}}`);
  const answer = countCapacity(body, { ...about(), wanted: 'NONE' });
  expect(JSON.parse(answer.toString())).toEqual({ Item: { a: { S: ',' } } });
});

test.each([
  [{}, { ReturnConsumedCapacity: 'INDEXES' }],
  [{ ReturnConsumedCapacity: 'TOTAL' }, { ReturnConsumedCapacity: 'INDEXES' }],
  [{ ReturnConsumedCapacity: 'WRONG' }, { ReturnConsumedCapacity: 'WRONG' }],
  [
    { ConditionExpression: 'a' },
    { ConditionExpression: 'a', ReturnConsumedCapacity: 'INDEXES', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  ],
  [
    { ConditionExpression: 'a', ReturnValuesOnConditionCheckFailure: 'NONE' },
    { ConditionExpression: 'a', ReturnConsumedCapacity: 'INDEXES', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  ],
])('the engine is asked for what is counted: %j', (given, asked) => {
  const input = { TableName: 'T', ...given };
  for (const text of [JSON.stringify(input), ` ${JSON.stringify(input, undefined, 2)}`]) {
    const { body } = askForCapacity('PutItem', input, Buffer.from(text));
    expect(JSON.parse(body.toString())).toEqual({ TableName: 'T', ...asked });
  }
});
