import { expect, test } from 'vitest';
import { createCalls, parseLatency } from '#calls';

const signer = { kind: 'role', arn: 'arn', roleId: 'Role', functionId: 'SocketFunction0A1B2C3D' } as const;

test('nothing is recorded unless somebody asks', async () => {
  const calls = createCalls();
  expect(await calls.pass({ kind: 'dynamodb', name: 'GetItem' }, () => 'item')).toBe('item');
  expect(calls.recorded()).toEqual([]);
});

test('a record says who called what, and in which order calls ended, also those that failed', async () => {
  const calls = createCalls();
  calls.record();
  let answer = () => {};
  const slow = calls.pass(
    { kind: 'dynamodb', name: 'Query', signer },
    () =>
      new Promise<void>((done) => {
        answer = done;
      }),
  );
  const failed = calls.pass({ kind: 'post', name: 'abc=' }, () => Promise.reject(new Error('gone')));
  await expect(failed).rejects.toThrow('gone');
  answer();
  await slow;
  const [first, second, ...others] = calls.recorded();
  expect(first).toMatchObject({ kind: 'post', name: 'abc=', by: undefined });
  expect(second).toMatchObject({ kind: 'dynamodb', name: 'Query', by: 'SocketFunction' });
  expect(others).toEqual([]);
  expect(second?.began).toBeLessThanOrEqual(first?.began ?? 0);
  expect(second?.ended).toBeGreaterThanOrEqual(first?.ended ?? 0);
  expect(calls.recorded()).toEqual([]);
});

test('a call is delayed before it happens, and by what is chosen for its kind', async () => {
  const calls = createCalls({ post: 40 });
  calls.record();
  const began = performance.now();
  let happened = 0;
  const post = calls.pass({ kind: 'post', name: 'abc=' }, () => {
    happened = performance.now();
  });
  await calls.pass({ kind: 'invoke', name: 'Socket' }, () => {});
  expect(happened).toBe(0);
  await post;
  // Timers may fire a millisecond early.
  expect(happened - began).toBeGreaterThan(38);
  calls.latency.post = 0;
  await calls.pass({ kind: 'post', name: 'abc=' }, () => {});
  expect(calls.recorded().map(({ kind }) => kind)).toEqual(['invoke', 'post', 'post']);
});

test('a list of delays is parsed, and a wrong one gets one sentence', () => {
  expect(parseLatency(undefined)).toEqual({});
  expect(parseLatency('dynamodb=4, post=8,invoke=2.5')).toEqual({ dynamodb: 4, post: 8, invoke: 2.5 });
  expect(() => parseLatency('s3=1')).toThrow('unable to delay "s3"; known are dynamodb, post, invoke');
  expect(() => parseLatency('post=soon')).toThrow('unable to delay post; "soon" is not a number between 0 and 60000');
  expect(() => parseLatency('post')).toThrow('unable to delay post; "" is not a number');
});
