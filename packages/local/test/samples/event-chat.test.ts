import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, eventually, refusedHandshake } from '../fixture/sockets.ts';
import { enter, type ServedSample, serveSample } from './serve-sample.ts';

/*
 * The shape of Serverless Land's patterns with WebSockets and EventBridge: rules, a schedule, a topic, queues, a stream, a layer, an alias, a
 * function URL and a generated secret.
 */
let sample: ServedSample;
let s3: S3Client;

beforeAll(async () => {
  // A minute of the schedule is a second.
  sample = await serveSample('event-chat', { timeScale: 60 });
  const { origin, rootCredentials: credentials } = sample.runtime;
  s3 = new S3Client({ region: 'us-east-1', endpoint: `${origin}/_aws/s3`, forcePathStyle: true, credentials });
});
afterAll(async () => {
  s3?.destroy();
  await sample?.stop();
});

async function enterAs(name: string, room: string): Promise<Client> {
  const response = await fetch(`${sample.output('WelcomeUrl')}?name=${name}`);
  const { token } = await response.json();
  return await enter(`${sample.output('SocketUrl')}?token=${token}&room=${room}`);
}

test('what is said in a room, on a socket or over HTTP, arrives there alone and is kept', async () => {
  const [ann, bob, eve] = await Promise.all([enterAs('ann', 'blue'), enterAs('bob', 'blue'), enterAs('eve', 'green')]);
  ann.socket.send('{"text":"hello"}');
  const said = JSON.stringify({ kind: 'Said', text: 'ann: hello' });
  expect(await Promise.all([ann.next(), bob.next()])).toEqual([said, said]);

  const posted = await fetch(`${sample.output('HttpUrl')}/rooms/blue/messages`, {
    method: 'POST',
    headers: { origin: 'https://chat.example', 'content-type': 'application/json' },
    body: '{"text":"news"}',
  });
  expect([posted.status, posted.headers.get('access-control-allow-origin')]).toEqual([202, 'https://chat.example']);
  expect(await bob.next()).toBe(JSON.stringify({ kind: 'Said', text: 'news' }));
  expect(eve.unread).toEqual([]);

  const Bucket = sample.output('BucketName');
  const keys = await eventually(async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'blue/' }));
    return Contents.length === 2 ? Contents.map(({ Key }) => Key ?? '') : undefined;
  });
  const texts = keys.map(async (Key) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '').text;
  });
  expect((await Promise.all(texts)).sort()).toEqual(['ann: hello', 'news']);

  // Whoever goes is missed: the deleted item is a record of the stream.
  ann.socket.close();
  expect(await bob.next()).toBe(JSON.stringify({ kind: 'Left', text: 'ann' }));
  bob.socket.close();
  eve.socket.close();
});

test('a schedule speaks every minute', async () => {
  const guest = await enterAs('guest', 'lobby');
  expect(await guest.next()).toBe(JSON.stringify({ kind: 'Said', text: 'still here' }));
  guest.socket.close();
});

test('a token that the secret did not sign opens nothing', async () => {
  const url = `${sample.output('SocketUrl')}?token=ann.made-up`;
  expect(await refusedHandshake(url)).toMatchObject({ status: 401 });
});
