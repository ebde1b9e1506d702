import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, it } from 'vitest';
import { bucketAddress, targetFrom } from '#lambdas/runtime/aws-target';
import { sdkCallLimits } from '#lambdas/runtime/call-limits';
import { createPool } from '#lambdas/runtime/http-pool';
import { openConnectionApi, openLambda, openTable } from '#lambdas/runtime/services';
import { createAddressSigner, createSigner } from '#lambdas/runtime/signature';
import { getItem, getItems, putItem, queryPages, updateItemIf } from '#lambdas/store/item';

const region = 'us-east-1';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers requests with these in turn, and keeps what was asked. */
async function answering(answers: readonly (readonly [status: number, body: unknown, type?: string])[]) {
  const requests: { path: string; headers: Record<string, unknown>; body: string }[] = [];
  const endpoint = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const [status, body, type = ''] = answers[requests.length] ?? [500, {}];
      requests.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'x-amzn-errortype': type }).end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  return { endpoint, requests };
}

describe('a signature', () => {
  it.each([
    [
      'POST',
      '/',
      '{"TableName":"Chat"}',
      { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'A.GetItem' },
    ],
    ['POST', '/live/@connections/Llf4ceE2NjMCF7w%3D', Buffer.from('{"type":"pong"}'), {}],
    ['DELETE', "/live/@connections/a%2Fb!'()*%C3%A9", '', {}],
  ])('of %s %s is the SDK’s, also on the next day', async (method, path, body, headers) => {
    for (const now of [Date.UTC(2026, 0, 31, 23, 59, 59, 999), Date.UTC(2026, 1, 1)]) {
      const ours: Record<string, string> = { ...headers, host: 'example.com' };
      createSigner(credentials, { region, service: 'execute-api', now: () => now })({
        method,
        path,
        headers: ours,
        body,
      });
      const sdk = new SignatureV4({
        credentials,
        region,
        service: 'execute-api',
        sha256: Sha256,
        applyChecksum: false,
      });
      const request = { method, path, body, headers: { ...headers, host: 'example.com' }, protocol: 'https:' };
      const theirs = await sdk.sign({ ...request, hostname: 'example.com' }, { signingDate: new Date(now) });
      expect(ours).toEqual(theirs.headers);
    }
  });

  it('of one signer changes its key with the day', () => {
    let now = Date.UTC(2026, 0, 31, 23, 59);
    const sign = createSigner(credentials, { region, service: 'dynamodb', now: () => now });
    const fresh = () => createSigner(credentials, { region, service: 'dynamodb', now: () => now });
    const signed = (signer: typeof sign) => {
      const headers: Record<string, string> = { host: 'example.com' };
      signer({ method: 'POST', path: '/', headers, body: '' });
      return headers.authorization;
    };
    expect(signed(sign)).toBe(signed(fresh()));
    now += 120_000;
    expect(signed(sign)).toBe(signed(fresh()));
    expect(signed(sign)).toContain('/20260201/');
  });
});

describe('a signed address', () => {
  it.each([
    ['us-east-1', credentials],
    ['cn-north-1', { ...credentials, sessionToken: undefined }],
    ['eu-central-1', { ...credentials, sessionToken: 'a+/=b'.repeat(100) }],
  ])('of a file in %s is the SDK’s', async (name, caller) => {
    const now = Date.UTC(2026, 0, 31, 23, 59, 59, 999);
    const address = `${bucketAddress({}, 'the-bucket', name)}/files/01JDQ4Z7Y8W5V3N2M1K0J9H8G7`;
    const ours = createAddressSigner(caller, { region: name, now: () => now })(address, 3_600);
    const { accessKeyId, secretAccessKey, sessionToken } = caller;
    const sdk = new S3Client({
      region: name,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const get = new GetObjectCommand({ Bucket: 'the-bucket', Key: 'files/01JDQ4Z7Y8W5V3N2M1K0J9H8G7' });
    const theirs = await getSignedUrl(sdk, get, { expiresIn: 3_600, signingDate: new Date(now) });
    expect(new URL(ours).origin + new URL(ours).pathname).toBe(new URL(theirs).origin + new URL(theirs).pathname);
    expect(Object.fromEntries(new URL(ours).searchParams)).toEqual(Object.fromEntries(new URL(theirs).searchParams));
    expect(ours).toHaveLength(theirs.length);
  });

  it('in the local runtime has the bucket in its path', () => {
    const environment = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:8080/_aws/s3' };
    expect(bucketAddress(environment, 'the-bucket', region)).toBe('http://127.0.0.1:8080/_aws/s3/the-bucket');
  });
});

describe('the address of a service', () => {
  it.each([
    'us-east-1',
    'eu-central-1',
    'us-gov-west-1',
    'cn-north-1',
    'eusc-de-east-1',
    'us-iso-east-1',
    'us-isob-east-1',
    'us-isof-south-1',
    'eu-isoe-west-1',
  ])('in %s is the SDK’s', (name) => {
    const { endpointProvider } = new DynamoDBClient({ region: name, credentials }).config;
    const { url } = endpointProvider({ Region: name, UseFIPS: false, UseDualStack: false });
    expect(new URL(targetFrom({ AWS_REGION: name }, 'dynamodb').endpoint).href).toBe(url.href);
  });

  it('can be set in the environment', () => {
    const environment = { AWS_REGION: region, AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1/_aws/lambda' };
    expect(targetFrom(environment, 'lambda').endpoint).toBe('http://127.0.0.1/_aws/lambda');
  });
});

describe('a call', () => {
  it('has values without those that are undefined, and returns values', async () => {
    const answer = { Item: { pk: { S: 'x' }, at: { N: '5' }, list: { L: [{ BOOL: true }, { NULL: true }] } } };
    const { endpoint, requests } = await answering([
      [200, answer],
      [200, {}],
    ]);
    const table = openTable('Chat', { region, credentials, endpoint: `${endpoint}/_aws/dynamodb` });
    expect(await getItem(table, { pk: 'x', sk: 'y' }, { consistent: true })).toEqual({
      pk: 'x',
      at: 5,
      list: [true, null],
    });
    await putItem(table, { pk: 'é', sk: 'y', none: undefined, deep: { none: undefined, some: [1] } });
    expect(requests.map(({ path }) => path)).toEqual(['/_aws/dynamodb/', '/_aws/dynamodb/']);
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.GetItem',
    });
    expect(requests.map(({ body }) => JSON.parse(body))).toEqual([
      { TableName: 'Chat', Key: { pk: { S: 'x' }, sk: { S: 'y' } }, ConsistentRead: true },
      { TableName: 'Chat', Item: { pk: { S: 'é' }, sk: { S: 'y' }, deep: { M: { some: { L: [{ N: '1' }] } } } } },
    ]);
  });

  it('goes on with the next page, and with keys that were not processed', async () => {
    const [first, second] = [{ pk: { S: 'a' } }, { pk: { S: 'b' } }];
    const { endpoint, requests } = await answering([
      [200, { Items: [first], LastEvaluatedKey: first }],
      [200, { Items: [second] }],
      [200, { Responses: { Chat: [first] }, UnprocessedKeys: { Chat: { Keys: [second] } } }],
      [200, { Responses: { Chat: [second] } }],
    ]);
    const table = openTable('Chat', { region, credentials, endpoint });
    const pages = [];
    for await (const page of queryPages(table, { KeyConditionExpression: 'pk = :pk' })) pages.push(page);
    expect(pages).toEqual([[{ pk: 'a' }], [{ pk: 'b' }]]);
    const keys = [
      { pk: 'a', sk: '' },
      { pk: 'b', sk: '' },
    ];
    expect(await getItems(table, keys)).toEqual([{ pk: 'a' }, { pk: 'b' }]);
    expect(JSON.parse(requests[1]?.body ?? '')).toMatchObject({ ExclusiveStartKey: first });
    expect(JSON.parse(requests[3]?.body ?? '')).toEqual({ RequestItems: { Chat: { Keys: [second] } } });
  });

  it('that fails its condition returns the item that is there', async () => {
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    const { endpoint } = await answering([[400, { __type, message: 'no', Item: { pk: { S: 'x' }, n: { N: '1' } } }]]);
    const table = openTable('Chat', { region, credentials, endpoint });
    const update = { Key: { pk: 'x' }, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': 2 } };
    expect(await updateItemIf(table, update)).toEqual({ ok: false, item: { pk: 'x', n: 1 } });
  });

  it('throws the SDK’s exceptions', async () => {
    const { endpoint, requests } = await answering([[410, undefined, 'GoneException']]);
    const post = openConnectionApi(`${endpoint}/live`, { region, credentials }).send(
      new PostToConnectionCommand({ ConnectionId: 'a=', Data: 'x' }),
    );
    await expect(post).rejects.toBeInstanceOf(GoneException);
    await expect(post).rejects.toMatchObject({ $metadata: { httpStatusCode: 410, attempts: 1 } });
    expect(requests.map(({ path, body }) => [path, body])).toEqual([['/live/@connections/a%3D', 'x']]);
  });

  it('is tried again after throttling and errors of the service, four times to a connection', async () => {
    const { endpoint, requests } = await answering([
      [429, undefined, 'LimitExceededException'],
      [503, undefined],
      [500, undefined],
      [429, undefined, 'LimitExceededException'],
      [200, undefined],
    ]);
    const post = openConnectionApi(endpoint, { region, credentials }).send(
      new PostToConnectionCommand({ ConnectionId: 'a', Data: 'x' }),
    );
    await expect(post).rejects.toMatchObject({ name: 'LimitExceededException', $metadata: { attempts: 4 } });
    expect(requests).toHaveLength(4);
  });

  it('is tried again when the connection was lost', async () => {
    let requests = 0;
    const endpoint = await listen((request, response) => {
      if (requests++ === 0) request.socket.destroy();
      else request.resume().on('end', () => response.end('{}'));
    });
    const table = openTable('Chat', { region, credentials, endpoint });
    expect(await getItem(table, { pk: 'x', sk: 'y' }, { consistent: false })).toBeUndefined();
    expect(requests).toBe(2);
  });

  it('of a function is asynchronous, and says its trace', async () => {
    const { endpoint, requests } = await answering([[202, undefined]]);
    process.env._X_AMZN_TRACE_ID = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
    try {
      await openLambda({ region, credentials, endpoint }).invokeLater('FanOut', { some: 'event' });
    } finally {
      delete process.env._X_AMZN_TRACE_ID;
    }
    expect(requests).toMatchObject([
      {
        path: '/2015-03-31/functions/FanOut/invocations',
        body: '{"some":"event"}',
        headers: {
          'x-amz-invocation-type': 'Event',
          'x-amzn-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
        },
      },
    ]);
  });

  it('without an answer in time is a TimeoutError', async () => {
    const endpoint = await listen((request) => request.resume());
    const pool = createPool(new URL(endpoint), { sockets: 1, answerTimeout: 50 });
    const request = { method: 'POST', path: '/', headers: {}, body: '' };
    await expect(pool.send(request)).rejects.toMatchObject({ name: 'TimeoutError' });
    pool.close();
  });

  it('to a service that hangs is given up and tried again, whatever the client', async () => {
    const hung = new Set<string>();
    const endpoint = await listen((request, response) => {
      const [, client = ''] = (request.url ?? '').split('/');
      request.resume().on('end', () => {
        // The first request of each client gets no answer.
        if (hung.has(client)) response.writeHead(client === 'lambda' ? 202 : 200).end(client === 'lambda' ? '' : '{}');
        else hung.add(client);
      });
    });
    const target = (client: string) => ({ region, credentials, endpoint: `${endpoint}/${client}` });
    const queue = new SQSClient({ ...sdkCallLimits, ...target('queue') });
    await Promise.all([
      getItem(openTable('Chat', target('table')), { pk: 'x', sk: 'y' }, { consistent: false }),
      openLambda(target('lambda')).invokeLater('FanOut', {}),
      openConnectionApi(target('sockets').endpoint, { region, credentials }).send(
        new PostToConnectionCommand({ ConnectionId: 'a', Data: Buffer.from('{}') }),
      ),
      queue.send(new GetQueueUrlCommand({ QueueName: 'a' })),
    ]);
    expect([...hung].sort()).toEqual(['lambda', 'queue', 'sockets', 'table']);
  });
});
