import { readFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { join } from 'node:path';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, eventually, refusedHandshake } from '../fixture/sockets.ts';
import { type Fixture, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const guarded = (ticket: string) => `${fixture.socketUrl('Guarded')}?ticket=${ticket}`;
const device = { headers: { 'X-Device': 'one' } };
const statusOf = async (url: string, options = {}) => (await refusedHandshake(url, options)).status;

describe('$connect (AWS: the upgrade waits for the integration)', () => {
  test('a connection opens only after $connect has returned', async () => {
    const started = Date.now();
    const client = await connect(`${fixture.socketUrl('Socket')}?wait=200`);
    expect(Date.now() - started).toBeGreaterThanOrEqual(200);
    client.socket.close();
  });

  test('a status other than 2xx becomes the status of the handshake', async () => {
    expect(await statusOf(`${fixture.socketUrl('Socket')}?status=418`)).toBe(418);
    expect(await statusOf(`${fixture.socketUrl('Socket')}?status=302`)).toBe(302);
  });

  test('a function that throws or returns a malformed response gives 502 without details', async () => {
    const refused = await refusedHandshake(`${fixture.socketUrl('Socket')}?throw=secret`);
    expect(refused.status).toBe(502);
    expect(refused.body).not.toContain('secret');
    expect(Object.keys(JSON.parse(refused.body))).toEqual(['message', 'connectionId', 'requestId']);
    expect(await statusOf(`${fixture.socketUrl('Socket')}?malformed=yes`)).toBe(502);
  });

  test('a function that takes longer than the integration timeout gives 504', async () => {
    expect(await statusOf(fixture.socketUrl('Slow'))).toBe(504);
  });

  test('a function without a permission for API Gateway gives 500 and is not invoked', async () => {
    expect(await statusOf(fixture.socketUrl('Shut'))).toBe(500);
    expect(fixture.lines.join('\n')).toMatch(/may not invoke Locked.*\/test\/\$connect/);
    expect(fixture.context.counters.snapshot()['lambda.invoke:Locked']).toBeUndefined();
  });

  test('an API without $connect accepts every client', async () => {
    const client = await connect(fixture.socketUrl('Bare'));
    client.socket.close();
  });

  test('more connections than the stage allows are refused with 429', async () => {
    const client = await connect(fixture.socketUrl('Busy'));
    expect(await statusOf(fixture.socketUrl('Busy'))).toBe(429);
    client.socket.close();
  });

  test('its event has headers and query, as single values and as lists, and neither body nor method', async () => {
    const client = await connect(`${fixture.socketUrl('Socket')}?a=1&a=2&b=x%20y`, [], {
      headers: { 'x-lower': 'yes', 'user-agent': 'tester' },
    });
    const event = await eventually(async () =>
      (await fixture.events()).find((each) => JSON.stringify(each).includes('x y')),
    );
    const { requestContext, headers, multiValueHeaders, note: _, ...rest } = event;
    expect(rest).toEqual({
      queryStringParameters: { a: '2', b: 'x y' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['x y'] },
      isBase64Encoded: false,
    });
    const apiId = fixture.context.stack.ref('Socket');
    const host = `${apiId}.execute-api.us-east-1.amazonaws.com`;
    expect(headers).toMatchObject({
      Host: host,
      'X-Lower': 'yes',
      'Sec-WebSocket-Version': '13',
      'X-Forwarded-Proto': 'https',
      'X-Amzn-Trace-Id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    expect(headers).not.toHaveProperty('Connection');
    expect(multiValueHeaders).toMatchObject({ 'X-Lower': ['yes'] });
    const id = expect.stringMatching(/^[\w-]{15}=$/);
    expect(requestContext).toEqual({
      routeKey: '$connect',
      eventType: 'CONNECT',
      messageDirection: 'IN',
      stage: 'test',
      connectedAt: expect.any(Number),
      requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      requestTimeEpoch: expect.any(Number),
      requestId: id,
      extendedRequestId: requestContext.requestId,
      identity: { sourceIp: '127.0.0.1', userAgent: 'tester' },
      domainName: host,
      connectionId: id,
      apiId,
    });
    client.socket.close();
  });

  test('without a query string the event has no field for it', async () => {
    const before = (await fixture.events()).length;
    const client = await connect(fixture.socketUrl('Socket'));
    const event = await eventually(async () => (await fixture.events())[before]);
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event).not.toHaveProperty('multiValueQueryStringParameters');
    client.socket.close();
  });

  test('a frame that arrives together with the handshake is handled as a message', async () => {
    const { host, hostname, port, pathname } = new URL(fixture.socketUrl('Socket'));
    const raw = connectSocket(Number(port), hostname);
    const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
    const head = [`GET ${pathname} HTTP/1.1`, `Host: ${host}`, ...upgrade, `Sec-WebSocket-Key: ${'A'.repeat(22)}==`];
    const text = Buffer.from('{"action":"ping"}');
    // One unfragmented text frame, masked with zeros.
    const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
    const heard: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => heard.push(chunk));
    raw.write(Buffer.concat([Buffer.from([...head, '', ''].join('\r\n')), frame]));
    await eventually(() => (Buffer.concat(heard).includes('pong') ? true : undefined));
    raw.destroy();
  });

  test('a client that disconnects while $connect runs leaves no connection, and $disconnect is invoked', async () => {
    const { hostname, port, pathname } = new URL(fixture.socketUrl('Socket'));
    const raw = connectSocket(Number(port), hostname);
    const lines = ['Host: x', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
    raw.write(
      [
        `GET ${pathname}?wait=200&who=vanished HTTP/1.1`,
        ...lines,
        `Sec-WebSocket-Key: ${'A'.repeat(22)}==`,
        '',
        '',
      ].join('\r\n'),
    );
    await eventually(() =>
      (fixture.context.counters.snapshot()['lambda.invoke:Connect'] ?? 0) > 0 ? true : undefined,
    );
    setTimeout(() => raw.destroy(), 50);
    const { requestContext } = await eventually(async () =>
      (await fixture.events()).find((event) => JSON.stringify(event).includes('vanished')),
    );
    const ended = await eventually(async () =>
      (await fixture.events()).find(
        (event) =>
          event.requestContext.routeKey === '$disconnect' &&
          event.requestContext.connectionId === requestContext.connectionId,
      ),
    );
    expect(ended.requestContext.disconnectStatusCode).toBe(1006);
    expect(fixture.gateway.connections().map(({ connectionId }) => connectionId)).not.toContain(
      requestContext.connectionId,
    );
  });
});

describe('subprotocols (AWS: used only if $connect returns the header)', () => {
  test('the one that $connect returns is used', async () => {
    const client = await connect(`${fixture.socketUrl('Socket')}?speak=second`, ['first', 'second']);
    expect(client.socket.protocol).toBe('second');
    client.socket.close();
  });

  test('none is accepted by default, so a client that requested one gives up', async () => {
    await expect(connect(fixture.socketUrl('Socket'), ['first'])).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('REQUEST authorizer', () => {
  test('any missing or empty identity source gives 401 without an invocation', async () => {
    const invocations = () => fixture.context.counters.snapshot()['lambda.invoke:Authorizer'] ?? 0;
    const before = invocations();
    const refused = await refusedHandshake(fixture.socketUrl('Guarded'), device);
    expect(refused.status).toBe(401);
    expect(JSON.parse(refused.body).message).toBe('Unauthorized');
    expect(await statusOf(guarded(''), device)).toBe(401);
    expect(await statusOf(guarded('good'))).toBe(401);
    expect(await statusOf(guarded('good'), { headers: { 'X-Device': '' } })).toBe(401);
    expect(invocations()).toBe(before);
  });

  test('the error "Unauthorized" gives 401', async () => {
    expect(await statusOf(guarded('unauthorized'), device)).toBe(401);
  });

  test('a Deny, a Deny next to an Allow, and a policy without the method give 403', async () => {
    expect(await statusOf(guarded('both'), device)).toBe(403);
    expect(await statusOf(guarded('deny'), device)).toBe(403);
    expect(await statusOf(guarded('elsewhere'), device)).toBe(403);
  });

  test.each(['throw', 'malformed', 'nested', 'large'])('any other failure gives 500: %s', async (ticket) => {
    expect(await statusOf(guarded(ticket), device)).toBe(500);
  });

  test('what it threw is in the access log alone', async () => {
    await statusOf(guarded('throw'), device);
    const file = join(fixture.context.dataDirectory, 'logs', 'fixture-guarded.log');
    await eventually(async () => {
      const log = await readFile(file, 'utf8').catch(() => '');
      return log.split('\n').includes('500 Error: Something else') || undefined;
    });
  });

  test('its context is in every later event of the connection as strings, also in $disconnect', async () => {
    const client = await connect(guarded('good'), [], device);
    client.socket.send('anything');
    const authorizer = { principalId: 'somebody', ticket: 'good', count: '3', admin: 'true' };
    const { requestContext } = JSON.parse(await client.next());
    expect(requestContext.authorizer).toEqual(authorizer);
    client.socket.close(1000);
    const events = await eventually(async () => {
      const own = (await fixture.events()).filter(
        (event) => event.requestContext.connectionId === requestContext.connectionId,
      );
      return own.length === 2 ? own : undefined;
    });
    expect(events.map((event) => [event.requestContext.routeKey, event.requestContext.authorizer])).toEqual([
      ['$connect', authorizer],
      ['$disconnect', authorizer],
    ]);
  });
});

describe('requests that open no connection', () => {
  test('a plain GET gets 426', async () => {
    const response = await fetch(fixture.socketUrl('Socket').replace('ws', 'http'));
    expect(response.status).toBe(426);
  });

  test('an unknown stage, an undeployed stage, a path after the stage and an unknown API get 403', async () => {
    expect(await statusOf(fixture.socketUrl('Socket', 'other'))).toBe(403);
    expect(await statusOf(fixture.socketUrl('Socket', 'undeployed'))).toBe(403);
    expect(await statusOf(`${fixture.socketUrl('Socket')}/more`)).toBe(403);
    expect(await statusOf(fixture.socketUrl('Socket').replace(/[^/]+\/test$/, 'unknown/test'))).toBe(403);
  });

  test('a handshake of another version gets 400, and no function is invoked', async () => {
    const before = fixture.context.counters.snapshot()['lambda.invoke:Connect'];
    expect(await statusOf(fixture.socketUrl('Socket'), { protocolVersion: 8 })).toBe(400);
    expect(fixture.context.counters.snapshot()['lambda.invoke:Connect']).toBe(before);
  });
});

test('the access log has a line per event in the stage’s format, with - for missing values', async () => {
  const client = await connect(fixture.socketUrl('Socket'));
  client.socket.send('{"action":"throw"}');
  const { connectionId } = JSON.parse(await client.next());
  client.socket.close();
  const lines = await eventually(async () => {
    const log = await readFile(join(fixture.context.dataDirectory, 'logs', 'fixture-socket.log'), 'utf8').catch(
      () => '',
    );
    const own = log.split('\n').filter((line) => line.includes(connectionId));
    return own.length === 3 ? own : undefined;
  });
  expect(lines).toEqual([
    `CONNECT $connect 200 ${connectionId} - -`,
    `MESSAGE throw 500 ${connectionId} - Error: a secret of the function`,
    `DISCONNECT $disconnect 200 ${connectionId} - -`,
  ]);
});

describe('IAM authorization (AWS: the handshake is signed for execute-api)', () => {
  /** The headers or the URL of a handshake that a role signs. */
  async function signedBy(roleId: string, how: 'sign' | 'presign') {
    const { keys, stack } = fixture.context;
    const arn = `arn:aws:sts::${stack.account}:assumed-role/${stack.ref(roleId)}/session`;
    const credentials = keys.issue({ kind: 'role', arn, roleId, functionId: 'Echo' });
    const url = new URL(fixture.socketUrl('Sealed'));
    const request = new HttpRequest({ method: 'GET', path: url.pathname, headers: { host: url.host } });
    const signer = new SignatureV4({ service: 'execute-api', region: stack.region, credentials, sha256: Sha256 });
    const { headers, query } = how === 'sign' ? await signer.sign(request) : await signer.presign(request);
    const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]));
    return { url: `${url}?${search}`, headers: how === 'sign' ? headers : {} };
  }

  test('a signature in the headers or in the query opens it, and every event names the signer', async () => {
    for (const how of ['sign', 'presign'] as const) {
      const { url, headers } = await signedBy('SealedMember', how);
      const client = await connect(url, [], { headers });
      client.socket.send('who am I?');
      const { requestContext } = JSON.parse(await client.next());
      expect(requestContext.identity).toMatchObject({
        accountId: '000000000000',
        caller: 'SealedMember:session',
        userArn: expect.stringContaining(':assumed-role/'),
        sourceIp: '127.0.0.1',
      });
      client.socket.close();
    }
  });

  test('without a signature, or the permission for $connect, it gets 403', async () => {
    expect(await refusedHandshake(fixture.socketUrl('Sealed'))).toMatchObject({
      status: 403,
      body: expect.stringContaining('Missing Authentication Token'),
    });
    const { url, headers } = await signedBy('SealedStranger', 'sign');
    expect(await refusedHandshake(url, { headers })).toMatchObject({
      status: 403,
      body: expect.stringContaining('is not authorized to perform: execute-api:Invoke'),
    });
  });
});
