import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credentials } from '#iam/access-keys';
import { type Client, connect, eventually } from '../fixture/sockets.ts';
import { type Fixture, type RecordedEvent, startFixture } from '../fixture/start-fixture.ts';

let fixture: Fixture;
let root: Credentials;
let management: ApiGatewayManagementApiClient;
beforeAll(async () => {
  fixture = await startFixture();
  root = fixture.context.keys.issue({ kind: 'root', arn: 'arn:aws:iam::000000000000:root' });
  management = client(root);
});
afterAll(() => fixture.stop());

function client(credentials: Credentials, stage = 'test'): ApiGatewayManagementApiClient {
  const endpoint = fixture.socketUrl('Socket', stage).replace('ws', 'http');
  return new ApiGatewayManagementApiClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

async function open(query = ''): Promise<Client & { id: string }> {
  const opened = await connect(`${fixture.socketUrl('Socket')}${query}`);
  opened.socket.send('{"action":"ping"}');
  return { ...opened, id: JSON.parse(await opened.next()).pong };
}

const post = (ConnectionId: string, Data: string | Uint8Array, by = management) =>
  by.send(new PostToConnectionCommand({ ConnectionId, Data }));

async function disconnectOf(id: string): Promise<RecordedEvent['requestContext']> {
  const event = await eventually(async () =>
    (await fixture.events()).find(
      ({ requestContext }) => requestContext.routeKey === '$disconnect' && requestContext.connectionId === id,
    ),
  );
  return event.requestContext;
}

describe('POST', () => {
  test('reaches the connection as a text message; the = of its id is URL-encoded', async () => {
    const { id, next, socket } = await open();
    expect(id).toMatch(/^[\w-]{15}=$/);
    const answer = await post(id, '{"hello":"grüße"}');
    expect(answer.$metadata.httpStatusCode).toBe(200);
    expect(await next()).toBe('{"hello":"grüße"}');
    socket.close();
  });

  test('of 128 KB arrives; one more byte gives PayloadTooLargeException', async () => {
    const { id, next, socket } = await open();
    await post(id, 'é'.repeat(64 * 1024));
    expect(await next()).toBe('é'.repeat(64 * 1024));
    await expect(post(id, 'x'.repeat(128 * 1024 + 1))).rejects.toMatchObject({
      name: 'PayloadTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
    socket.close();
  });

  test('to an unknown id or a closed connection gives GoneException', async () => {
    const gone = { name: 'GoneException', $metadata: { httpStatusCode: 410 } };
    const before = fixture.context.counters.snapshot()['connections.post.gone'] ?? 0;
    await expect(post('Llf4ceE2NjMCF7w=', 'x')).rejects.toMatchObject(gone);
    const { id, socket, closed } = await open();
    socket.close();
    await closed;
    await disconnectOf(id);
    await expect(post(id, 'x')).rejects.toMatchObject(gone);
    expect(fixture.context.counters.snapshot()['connections.post.gone']).toBe(before + 2);
  });

  test('from inside $connect gives GoneException, because the connection is not open yet', async () => {
    const { id, socket } = await open('?post=yes');
    const event = await eventually(async () =>
      (await fixture.events()).find(({ requestContext }) => requestContext.connectionId === id),
    );
    expect(event.note).toBe('GoneException');
    socket.close();
  });

  test('to a client that does not read gives LimitExceededException when the send buffer is full', async () => {
    const { id, socket } = await open();
    socket.pause();
    const posts = async () => {
      for (let count = 0; count < 300; count += 1) await post(id, 'x'.repeat(128 * 1024));
    };
    await expect(posts()).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 429 },
    });
    socket.terminate();
  });

  test('gives 410 and 429 for open connections if these faults are on', async () => {
    const { id, socket } = await open();
    fixture.context.faults.postGone = 1;
    await expect(post(id, 'x')).rejects.toMatchObject({ name: 'GoneException' });
    fixture.context.faults.postGone = 0;
    fixture.context.faults.postThrottled = 1;
    await expect(post(id, 'x')).rejects.toMatchObject({ name: 'LimitExceededException' });
    fixture.context.faults.postThrottled = 0;
    await post(id, 'x');
    socket.close();
  });
});

test('GET returns connectedAt, lastActiveAt and the identity', async () => {
  const { id, socket, next } = await open();
  const before = await management.send(new GetConnectionCommand({ ConnectionId: id }));
  expect(before.Identity?.SourceIp).toBe('127.0.0.1');
  await eventually(() => (Date.now() > (before.LastActiveAt?.getTime() ?? 0) ? true : undefined));
  await post(id, 'x');
  await next();
  const after = await management.send(new GetConnectionCommand({ ConnectionId: id }));
  expect(after.ConnectedAt).toEqual(before.ConnectedAt);
  expect(after.LastActiveAt?.getTime()).toBeGreaterThan(before.LastActiveAt?.getTime() ?? 0);
  socket.close();
});

describe('DELETE', () => {
  test('gives 204 and closes with 1000, and $disconnect gets "Connection Closed Normally"', async () => {
    const { id, closed } = await open();
    const answer = await management.send(new DeleteConnectionCommand({ ConnectionId: id }));
    expect(answer.$metadata.httpStatusCode).toBe(204);
    expect((await closed).code).toBe(1000);
    expect(await disconnectOf(id)).toMatchObject({
      eventType: 'DISCONNECT',
      disconnectStatusCode: 1000,
      disconnectReason: 'Connection Closed Normally',
    });
    await expect(management.send(new DeleteConnectionCommand({ ConnectionId: id }))).rejects.toMatchObject({
      name: 'GoneException',
    });
  });

  test('also closes a client that does not answer the close frame', { timeout: 10_000 }, async () => {
    const { id, socket } = await open();
    socket.pause();
    await management.send(new DeleteConnectionCommand({ ConnectionId: id }));
    await expect(post(id, 'x')).rejects.toMatchObject({ name: 'GoneException' });
    expect((await disconnectOf(id)).disconnectStatusCode).toBe(1000);
    socket.terminate();
  });
});

describe('$disconnect', () => {
  test("gets the client's code and reason, a few headers and no body", async () => {
    const { id, socket } = await open();
    socket.close(4001, 'enough');
    expect(await disconnectOf(id)).toMatchObject({ disconnectStatusCode: 4001, disconnectReason: 'enough' });
    const event = (await fixture.events()).find(
      ({ requestContext }) => requestContext.connectionId === id && requestContext.routeKey === '$disconnect',
    );
    expect(event?.headers).toEqual({
      Host: `${fixture.context.stack.ref('Socket')}.execute-api.us-east-1.amazonaws.com`,
      'x-api-key': '',
      'x-restapi': '',
    });
    expect(event).not.toHaveProperty('body');
  });

  test('gets 1005 for a close without a code, and 1006 for a broken connection', async () => {
    const [quiet, broken] = [await open(), await open()];
    quiet.socket.close();
    broken.socket.terminate();
    expect((await disconnectOf(quiet.id)).disconnectStatusCode).toBe(1005);
    expect((await disconnectOf(broken.id)).disconnectStatusCode).toBe(1006);
  });

  test('is best effort: with dropDisconnect it is not invoked', async () => {
    const [dropped, told] = [await open(), await open()];
    fixture.context.faults.dropDisconnect = 1;
    dropped.socket.close();
    await eventually(() =>
      fixture.gateway.connections().some(({ connectionId }) => connectionId === dropped.id) ? undefined : true,
    );
    fixture.context.faults.dropDisconnect = 0;
    told.socket.close();
    await disconnectOf(told.id);
    const ids = (await fixture.events())
      .filter(({ requestContext }) => requestContext.routeKey === '$disconnect')
      .map(({ requestContext }) => requestContext.connectionId);
    expect(ids).not.toContain(dropped.id);
  });
});

describe('permission', () => {
  test('an unsigned request gets 403', async () => {
    const { id, socket } = await open();
    const url = `${fixture.socketUrl('Socket').replace('ws', 'http')}/@connections/${encodeURIComponent(id)}`;
    const response = await fetch(url, { method: 'POST', body: 'x' });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    socket.close();
  });

  test('a wrong secret and an unknown key get 403', async () => {
    const forged = client({ ...root, secretAccessKey: 'wrong' });
    await expect(post('Llf4ceE2NjMCF7w=', 'x', forged)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 403 },
    });
    const unknown = client({ accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secretAccessKey: 'x' });
    await expect(post('Llf4ceE2NjMCF7w=', 'x', unknown)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('a role may only do what its policy allows for execute-api:ManageConnections', async () => {
    const { id, socket, next } = await open();
    const role = client(
      fixture.context.keys.issue({
        kind: 'role',
        arn: 'arn:aws:sts::000000000000:assumed-role/role/session',
        roleId: 'Role',
        functionId: 'Connect',
      }),
    );
    await post(id, 'allowed', role);
    expect(await next()).toBe('allowed');
    await expect(role.send(new GetConnectionCommand({ ConnectionId: id }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: execute-api:ManageConnections'),
      $metadata: { httpStatusCode: 403 },
    });
    const restore = fixture.context.policies.revoke({ action: 'execute-api:ManageConnections' });
    await expect(post(id, 'x', role)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    restore();
    socket.close();
  });

  test('a connection is not found in another stage; an unknown stage gets 403', async () => {
    const { id, socket } = await open();
    await expect(post(id, 'x', client(root, 'other'))).rejects.toMatchObject({ name: 'ForbiddenException' });
    socket.close();
  });
});

test('stopping closes every connection with 1001 and invokes $disconnect for each', async () => {
  const own = await startFixture();
  const clients = await Promise.all([1, 2, 3].map(() => connect(own.socketUrl('Socket'))));
  const started = Date.now();
  await own.gateway.stop();
  expect(Date.now() - started).toBeLessThan(2000);
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual(
    clients.map(() => ({ code: 1001, reason: 'Going away' })),
  );
  const told = (await own.events()).filter(({ requestContext }) => requestContext.routeKey === '$disconnect');
  expect(told.map(({ requestContext }) => requestContext.disconnectStatusCode)).toEqual([1001, 1001, 1001]);
  await own.stop();
});
