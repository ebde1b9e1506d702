/** What `npm run lint:templates` checks, and what it accepts. */
import { expect, test } from 'vitest';
import { readOptions } from '#lib/options';
import { accepted, judge } from '../templates/accepted.ts';
import { variants } from '../templates/variants.ts';

test('every option is given in some variant, so that what it adds is checked', () => {
  const given = new Set(Object.values(variants).flatMap((options) => Object.keys(options)));
  expect([...given].toSorted()).toEqual(Object.keys(readOptions(() => undefined)).toSorted());
});

test('every variant can be synthesized: its options are right', () => {
  for (const options of Object.values<Readonly<Record<string, unknown>>>(variants)) {
    expect(() => readOptions((name) => options[name])).not.toThrow();
  }
});

test('a finding that no reason accepts is open, also by its resource', () => {
  const finding = { rule: 'CKV_AWS_26', resource: 'template AWS::SNS::Topic.AlarmMails', message: 'no key' };
  expect(judge([finding]).open).toEqual([]);
  const others = [
    { ...finding, resource: 'template AWS::SNS::Topic.Orders' },
    { ...finding, rule: 'CKV_AWS_1' },
  ];
  expect(judge(others).open).toEqual(others);
});

test('a reason that accepts nothing is named', () => {
  const rules = accepted.flatMap((entry) => entry.rules);
  expect(judge([]).unused).toEqual(rules);
  expect(judge([{ rule: 'W3005', resource: 'template SocketRole', message: '' }]).unused).toEqual(
    rules.filter((rule) => rule !== 'W3005'),
  );
});
