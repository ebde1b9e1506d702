import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { createEngineClient, EngineError } from '#dynamodb/engine-client';
import { readAnswer } from '#dynamodb/http-answer';
import { readBody } from '#read-body';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

type Handler = (body: string, request: IncomingMessage, response: ServerResponse) => void;

async function engine(handle: Handler) {
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 10_000_000);
    handle(String(body), request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = createEngineClient({
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/db`,
  });
  stops.push(() => {
    client.stop();
    server.close();
    server.closeAllConnections();
  });
  return { client, server };
}

test('a call has the target and the bytes, and its answer status, id and bytes', async () => {
  const { client } = await engine((body, { url, headers }, response) => {
    response.writeHead(400, { 'X-Amzn-RequestId': 'R1' }).end(`${url} ${headers['x-amz-target']} ${body}`);
  });
  const answer = await client.send('DynamoDB_20120810.PutItem', Buffer.from('{"ü":"€"}'));
  expect({ ...answer, body: answer.body.toString() }).toMatchObject({
    status: 400,
    requestId: 'R1',
    body: '/db DynamoDB_20120810.PutItem {"ü":"€"}',
  });
});

test('an error of the engine has its name and sentence', async () => {
  const { client } = await engine((_body, _request, response) => {
    response.writeHead(400).end('{"__type":"com.amazonaws#NoSuchThing","message":"there is none"}');
  });
  await expect(client.call('T', {})).rejects.toEqual(new EngineError('NoSuchThing', 'there is none'));
});

test('many calls at the same time get their own answers over few connections', async () => {
  let connections = 0;
  const { client, server } = await engine((body, _request, response) => response.end(body));
  server.on('connection', () => {
    connections += 1;
  });
  const sent = Array.from({ length: 200 }, (_, n) => ({ n }));
  expect(await Promise.all(sent.map((input) => client.call('T', input)))).toEqual(sent);
  expect(connections).toBeLessThanOrEqual(16);
});

test('a large answer comes as a whole, with a length or in chunks', async () => {
  const large = JSON.stringify({ text: 'ü'.repeat(1_000_000) });
  const { client } = await engine((_body, _request, response) => {
    response.write(large.slice(0, 500_000));
    response.end(large.slice(500_000));
  });
  expect(JSON.stringify(await client.call('T', {}))).toBe(large);
  const known = await engine((_body, _request, response) => response.end(large));
  expect(JSON.stringify(await known.client.call('T', {}))).toBe(large);
});

test('a read over a connection that the engine has just closed is made again, a write is not', async () => {
  let calls = 0;
  const { client } = await engine((_body, { socket }, response) => {
    calls += 1;
    if (calls === 2 || calls === 5) return void socket.destroy();
    response.end(`{"calls":${calls}}`);
  });
  expect(await client.call('DynamoDB_20120810.Query', {})).toEqual({ calls: 1 });
  expect(await client.call('DynamoDB_20120810.Query', {})).toEqual({ calls: 3 });
  expect(await client.call('DynamoDB_20120810.UpdateItem', {})).toEqual({ calls: 4 });
  await expect(client.call('DynamoDB_20120810.UpdateItem', {})).rejects.toThrow();
  expect(await client.call('DynamoDB_20120810.UpdateItem', {})).toEqual({ calls: 6 });
});

test('an engine that says that it closes the connection gets a new one', async () => {
  const { client } = await engine((body, _request, response) =>
    response.writeHead(200, { connection: 'close' }).end(body),
  );
  for (const n of [1, 2, 3]) expect(await client.call('T', { n })).toEqual({ n });
});

test('an engine that ends in the middle of an answer, or is not there, is an error', async () => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a"'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = createEngineClient({
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
  });
  await expect(client.call('T', {})).rejects.toThrow('the connection was closed');
  server.close();
  await once(server, 'close');
  await expect(client.call('T', {})).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  client.stop();
});

test('an answer is read when its last byte has come, and not before', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), fc.boolean(), fc.nat(400), (parts, inChunks, cut) => {
      const body = Buffer.concat(parts);
      const chunks = [...parts.filter(({ length }) => length > 0), new Uint8Array()].map((part) =>
        Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
      );
      const head = `HTTP/1.1 200 OK\r\n${inChunks ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`}\r\n\r\n`;
      const whole = Buffer.concat([Buffer.from(head), ...(inChunks ? chunks : [body])]);
      const at = Math.min(cut, whole.length - 1);
      const early = readAnswer(whole.subarray(0, at));
      expect(early).toBeTypeOf('number');
      expect(early).toBeGreaterThan(at);
      expect(early).toBeLessThanOrEqual(whole.length);
      expect(readAnswer(whole)).toMatchObject({ status: 200, body });
    }),
  );
});
