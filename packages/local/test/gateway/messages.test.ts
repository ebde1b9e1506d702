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
  test('names the route', async () => {
    expect(await routeOf('{"action":"echo"}')).toBe('echo');
  });

  test('a value that is no string is turned into one: 5 finds the route 5, a list the route [a, b]', async () => {
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

  test('may be composite, with nested values and text between', async () => {
    const bare = await connect(fixture.socketUrl('Bare'));
    expect(await routeOf('{"service":"room","deep":{"action":"join"}}', bare)).toBe('room/join');
    bare.socket.close();
  });

  test('without a match and without $default the answer is Forbidden, and the connection stays open', async () => {
    const bare = await connect(fixture.socketUrl('Bare'));
    const forbidden = errorFrame('Forbidden');
    expect(await frame('{"service":"room"}', bare)).toEqual(forbidden);
    expect(await frame('not JSON', bare)).toEqual(forbidden);
    expect(await routeOf('{"service":"room","deep":{"action":"join"}}', bare)).toBe('room/join');
    bare.socket.close();
  });
});

test('the event of a message has requestContext, body and isBase64Encoded alone, the body as it was sent', async () => {
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

describe('what the client hears', () => {
  test('of a one-way route nothing, whatever the function returns; of a two-way route the body', async () => {
    const before = (await fixture.events()).length;
    client.socket.send('{"action":"record"}');
    client.socket.send('{"action":"failing"}');
    await eventually(async () => (await fixture.events())[before]);
    client.socket.send('{"action":"failing-aloud"}');
    // Had the one-way routes said something, it would have come first: their functions had ended.
    expect(await client.next()).toBe('it failed');
    expect(client.unread).toEqual([]);
  });

  test('a mock integration answers by its template, without a function', async () => {
    const invocations = () =>
      Object.entries(fixture.context.counters.snapshot()).filter(([name]) => name.startsWith('lambda.invoke:'));
    const before = invocations();
    client.socket.send('{"action":"ping"}');
    const { pong } = JSON.parse(await client.next());
    expect(fixture.gateway.connections().map(({ connectionId }) => connectionId)).toContain(pong);
    expect(invocations()).toEqual(before);
  });

  test('of a function that throws: Internal server error, three keys in AWS order, nothing of the reason', async () => {
    client.socket.send('{"action":"throw"}');
    const text = await client.next();
    expect(JSON.parse(text)).toEqual(errorFrame('Internal server error'));
    expect(Object.keys(JSON.parse(text))).toEqual(['message', 'connectionId', 'requestId']);
  });

  test('of a function that returns no proxy response, or may not be invoked: Internal server error', async () => {
    expect(await frame('{"action":"nothing"}')).toEqual(errorFrame('Internal server error'));
    expect(await frame('{"action":"locked"}')).toEqual(errorFrame('Internal server error'));
  });

  test('of a function that takes longer than TimeoutInMillis: Endpoint request timed out', async () => {
    expect(await frame('{"action":"hang"}')).toEqual(errorFrame('Endpoint request timed out'));
  });

  test('of a message above the rate of its route: Too Many Requests', async () => {
    expect(await routeOf('{"action":"limited"}')).toBe('limited');
    expect(await frame('{"action":"limited"}')).toEqual(errorFrame('Too Many Requests'));
    expect(await routeOf('{"action":"echo"}')).toBe('echo');
  });
});

test('messages of one connection run side by side: a quick one overtakes a slow one', async () => {
  client.socket.send('{"action":"hang"}');
  client.socket.send('{"action":"echo"}');
  expect(JSON.parse(await client.next()).requestContext?.routeKey).toBe('echo');
  expect(JSON.parse(await client.next()).message).toBe('Endpoint request timed out');
});
