import { expect, test } from 'vitest';
import { parseContext } from '#parse-context';

test('assignments become text by name; the first = ends the name, and the last value of a name is taken', () => {
  expect(parseContext(['sendLimit=0', 'oidc={"issuer":"a=b"}', 'stage=', 'sendLimit=5'])).toEqual({
    sendLimit: '5',
    oidc: '{"issuer":"a=b"}',
    stage: '',
  });
});

test('none is fine', () => expect(parseContext([])).toEqual({}));

test.each(['', 'sendLimit', '=0'])('"%s" is refused with a sentence', (text) => {
  expect(() => parseContext([text])).toThrow(`unable to use the option "${text}"; write it as -c name=value`);
});
