import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { openTable } from '#lambdas/runtime/services';
import { getItem } from '#lambdas/store/item';

it('a write that conflicts with a transaction is tried again', async () => {
  const conflict = { __type: 'com.amazonaws.dynamodb.v20120810#TransactionConflictException', message: 'ongoing' };
  const answers = [
    [400, conflict],
    [400, conflict],
    [200, { Item: { pk: { S: 'x' } } }],
  ] as const;
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const [status, body] = answers[requests++] ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'unit', secretAccessKey: 'unit' };
  const table = openTable('Chat', { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
  const item = await getItem(table, { pk: 'x', sk: 'y' }, { consistent: false });
  expect(item).toEqual({ pk: 'x' });
  expect(requests).toBe(3);
  table.client.destroy();
  server.close();
});
