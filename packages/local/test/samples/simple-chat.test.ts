import { afterAll, beforeAll, expect, test } from 'vitest';
import { enter, type ServedSample, serveSample } from './serve-sample.ts';

/*
 * The shape of AWS's tutorial and of aws-samples/simple-websockets-chat-app: CommonJS in folders without package.json, code in the template,
 * a callback, the SDK of the runtime, and posts to `https://${domainName}/${stage}` of the event.
 */
let sample: ServedSample;

beforeAll(async () => {
  sample = await serveSample('simple-chat');
});
afterAll(() => sample?.stop());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => enter(sample.output('URI'))));

test('what one sends arrives at all', async () => {
  const [ann, bob] = await people(2);
  ann?.socket.send('{"message":"sendmessage","data":"hello world"}');
  expect(await Promise.all([ann?.next(), bob?.next()])).toEqual(['hello world', 'hello world']);
  // Of the three functions that were called none failed.
  expect(sample.lines).toEqual([]);
  ann?.socket.close();
  bob?.socket.close();
});

test('the default route answers from the template, with what @connections knows', async () => {
  const [ann] = await people(1);
  ann?.socket.send('what now?');
  expect(await ann?.next()).toBe('Use the sendmessage route to send a message. You connected from 127.0.0.1');
  ann?.socket.close();
});
