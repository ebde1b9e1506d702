import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openTable } from '#lambdas/runtime/services';
import { getItem, updateTogether } from '#lambdas/store/item';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A table that gives these answers, one after the other, and keeps the requests. */
async function tableThatAnswers(...answers: readonly (readonly [status: number, body: object])[]) {
  const requests: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [status, body] = answers[requests.length] ?? [500, {}];
    requests.push(JSON.parse(String(Buffer.concat(chunks))));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'unit', secretAccessKey: 'unit' };
  const table = openTable('Chat', { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials });
  stops.push(() => {
    table.client.destroy();
    server.close();
  });
  return { table, requests };
}

const error = (name: string, more: object = {}) =>
  [400, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'as planned', ...more }] as const;
const update = { Key: { pk: 'x', sk: 'y' }, UpdateExpression: 'REMOVE a' };

it('a write that conflicts with a transaction is tried again', async () => {
  const conflict = error('TransactionConflictException');
  const { table, requests } = await tableThatAnswers(conflict, conflict, [200, { Item: { pk: { S: 'x' } } }]);
  expect(await getItem(table, { pk: 'x', sk: 'y' }, { consistent: false })).toEqual({ pk: 'x' });
  expect(requests).toHaveLength(3);
});

it('a transaction that is throttled, or whose answer is lost, is tried again as the same one', async () => {
  const throttled = error('TransactionCanceledException', {
    CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError', Message: 'slower' }],
  });
  const { table, requests } = await tableThatAnswers(throttled, [500, {}], [200, {}]);
  expect(await updateTogether(table, [update])).toBe(true);
  const tokens = requests.map((request) => Object(request).ClientRequestToken);
  expect(tokens).toEqual([tokens[0], tokens[0], tokens[0]]);
  expect(tokens[0]).toMatch(/^[0-9a-f-]{36}$/);
});

it('a transaction that conflicts with another is tried again until it is over, and a condition that failed is no such conflict', async () => {
  const ongoing = error('TransactionCanceledException', {
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  });
  const { table, requests } = await tableThatAnswers(ongoing, ongoing, ongoing, [200, {}]);
  expect(await updateTogether(table, [update, update])).toBe(true);
  expect(requests).toHaveLength(4);
  const always = await tableThatAnswers(...Array.from({ length: 6 }, () => ongoing));
  await expect(updateTogether(always.table, [update, update])).rejects.toMatchObject({
    name: 'TransactionCanceledException',
  });
  expect(always.requests).toHaveLength(6);
});

it('a transaction whose condition fails is not tried again', async () => {
  const failed = error('TransactionCanceledException', { CancellationReasons: [{ Code: 'ConditionalCheckFailed' }] });
  const { table, requests } = await tableThatAnswers(failed);
  expect(await updateTogether(table, [update])).toBe(false);
  expect(requests).toHaveLength(1);
});
