import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, connect, eventually } from '../fixture/sockets.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
let client: Client;
beforeAll(async () => {
  fixture = await startFixture();
  client = await connect(fixture.socketUrl('Socket'));
});
afterAll(() => fixture.stop());

async function routeOf(message: string, from = client): Promise<string> {
  from.socket.send(message);
  return JSON.parse(await from.next()).requestContext.routeKey;
}

async function frame(message: string, from = client): Promise<unknown> {
  from.socket.send(message);
  return JSON.parse(await from.next());
}

const errorFrame = (message: string) => ({
  message,
  connectionId: expect.stringMatching(/^[\w-]{15}=$/),
  requestId: expect.stringMatching(/^[\w-]{15}=$/),
});

describe('the route selection expression', () => {
  test('selects the route', async () => {
    expect(await routeOf('{"action":"echo"}')).toBe('echo');
  });

  test('other values become strings: 5 selects the route 5, a list the route [a, b]', async () => {
    expect(await routeOf('{"action":5}')).toBe('5');
    expect(await routeOf('{"action":["a","b"]}')).toBe('[a, b]');
  });

  test.each([
    'not JSON',
    '[]',
    '"echo"',
    '7',
    'null',
    '{}',
    '{"action":null}',
    '{"action":"ECHO"}',
    '{"action":"unknown"}',
    '{"action":{"a":1}}',
    '{"__proto__":{"action":"echo"}}',
    '{"action":"__proto__"}',
    '{"action":"$connect"}',
    '{"action":"$disconnect"}',
    '\ud800',
  ])('what names no route goes to $default: %s', async (message) => {
    expect(await routeOf(message)).toBe('$default');
  });

  test('may combine nested values and text', async () => {
    const bare = await connect(fixture.socketUrl('Bare'));
    expect(await routeOf('{"service":"room","deep":{"action":"join"}}', bare)).toBe('room/join');
    bare.socket.close();
  });

  test('without a match and without $default the client gets Forbidden, and the connection stays open', async () => {
    const bare = await connect(fixture.socketUrl('Bare'));
    const forbidden = errorFrame('Forbidden');
    expect(await frame('{"service":"room"}', bare)).toEqual(forbidden);
    expect(await frame('not JSON', bare)).toEqual(forbidden);
    expect(await routeOf('{"service":"room","deep":{"action":"join"}}', bare)).toBe('room/join');
    bare.socket.close();
  });
});

test('the event of a message has only requestContext, isBase64Encoded and the unchanged body', async () => {
  const body = '{ "action": "echo",  "text": "grüße 👋" }';
  client.socket.send(body);
  const event = JSON.parse(await client.next());
  expect(Object.keys(event).sort()).toEqual(['body', 'isBase64Encoded', 'requestContext']);
  expect(event).toMatchObject({ body, isBase64Encoded: false });
  expect(event.requestContext).toMatchObject({
    eventType: 'MESSAGE',
    messageDirection: 'IN',
    messageId: expect.stringMatching(/=$/),
    routeKey: 'echo',
  });
  expect(event.requestContext.requestTimeEpoch).toBeGreaterThanOrEqual(event.requestContext.connectedAt);
});

describe('what the client receives', () => {
  test('nothing from a one-way route, the body from a two-way route', async () => {
    const before = (await fixture.events()).length;
    client.socket.send('{"action":"record"}');
    client.socket.send('{"action":"failing"}');
    await eventually(async () => (await fixture.events())[before]);
    client.socket.send('{"action":"failing-aloud"}');
    // A message from the one-way routes would have arrived first, because their functions had ended.
    expect(await client.next()).toBe('it failed');
    expect(client.unread).toEqual([]);
  });

  test('the template of a mock integration, without a function', async () => {
    const invocations = () =>
      Object.entries(fixture.context.counters.snapshot()).filter(([name]) => name.startsWith('lambda.invoke:'));
    const before = invocations();
    client.socket.send('{"action":"ping"}');
    const { pong } = JSON.parse(await client.next());
    expect(fixture.gateway.connections().map(({ connectionId }) => connectionId)).toContain(pong);
    expect(invocations()).toEqual(before);
  });

  test('from a function that throws: Internal server error with three keys in AWS’s order, without the reason', async () => {
    client.socket.send('{"action":"throw"}');
    const text = await client.next();
    expect(JSON.parse(text)).toEqual(errorFrame('Internal server error'));
    expect(Object.keys(JSON.parse(text))).toEqual(['message', 'connectionId', 'requestId']);
  });

  test('from a function with a malformed response or without permission: Internal server error', async () => {
    expect(await frame('{"action":"nothing"}')).toEqual(errorFrame('Internal server error'));
    expect(await frame('{"action":"locked"}')).toEqual(errorFrame('Internal server error'));
  });

  test('from a function that takes longer than TimeoutInMillis: Endpoint request timed out', async () => {
    expect(await frame('{"action":"hang"}')).toEqual(errorFrame('Endpoint request timed out'));
  });

  test('for a message above the rate of its route: Too Many Requests', async () => {
    expect(await routeOf('{"action":"limited"}')).toBe('limited');
    expect(await frame('{"action":"limited"}')).toEqual(errorFrame('Too Many Requests'));
    expect(await routeOf('{"action":"echo"}')).toBe('echo');
  });
});

test('messages of one connection run concurrently: a fast one overtakes a slow one', async () => {
  client.socket.send('{"action":"hang"}');
  client.socket.send('{"action":"echo"}');
  expect(JSON.parse(await client.next()).requestContext?.routeKey).toBe('echo');
  expect(JSON.parse(await client.next()).message).toBe('Endpoint request timed out');
});
