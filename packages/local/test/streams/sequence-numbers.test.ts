import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberAt, positionOf } from '#streams/sequence-numbers';

test('a record has the same position, however its engine shows its number', () => {
  expect([positionOf('3'), positionOf('100000000000000000003'), positionOf('000000000000000000003')]).toEqual([
    3n,
    3n,
    3n,
  ]);
});

test('a position is shown as the engine shows numbers, so that a data folder may be used with an older and a newer one', () => {
  expect(numberAt(3n, '1')).toBe('3');
  expect(numberAt(3n, '100001795875041814871')).toBe('100000000000000000003');
  expect(numberAt(12n, '000000000000000000001')).toBe('000000000000000000012');
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (number) => {
      expect(numberAt(positionOf(`${number}`), `${number}`)).toBe(`${number}`);
    }),
  );
});
