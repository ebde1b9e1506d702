import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ServiceInputTypes as ConnectionInput,
  errorTypeRegistries as connectionErrors,
} from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { AwsRestJsonProtocol } from '#aws/rest-json';
import { postOnly } from '#lambdas/delivery/post';
import { openAwsClient } from '#lambdas/runtime/aws-client';
import { openLog } from '#lambdas/runtime/log';

/** API Gateway's answers by connection, as documented for PostToConnection. */
const answers: Readonly<Record<string, readonly [number, string?]>> = {
  open: [200],
  closed: [410, 'GoneException'],
  busy: [429, 'LimitExceededException'],
  broken: [500, 'InternalServerErrorException'],
};

let server: Server;
let endpoint: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const [status, type = ''] = answers[request.url?.split('/').at(-1) ?? ''] ?? [404];
    response.writeHead(status, type === '' ? {} : { 'x-amzn-errortype': type }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prod`;
});
afterAll(() => server.close());

it.each([
  ['open', 'sent', {}],
  ['closed', 'gone', {}],
  ['busy', 'failed', { PostsThrottled: 1 }],
  ['broken', 'failed', { PostsFailed: 1 }],
])('a post to a connection that is %s is %s', async (id, outcome, counted) => {
  const connectionApi = openAwsClient<ConnectionInput>({
    region: 'eu-central-1',
    endpoint,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: undefined },
    service: 'execute-api',
    protocol: new AwsRestJsonProtocol({
      defaultNamespace: 'com.amazonaws.apigatewaymanagementapi',
      errorTypeRegistries: connectionErrors,
    }),
    pool: { sockets: 1, connectTimeout: 1_000, answerTimeout: 3_000 },
    // Retries have their own tests, and take seconds.
    maxAttempts: 1,
  });
  const lines: string[] = [];
  const write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  const streams = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const stream of streams) stream.mockImplementation(write);
  const log = openLog({});
  const posted = await postOnly({ connectionApi, log }, { id }, { type: 'pong' });
  log.writeCounts();
  for (const stream of streams) stream.mockRestore();
  connectionApi.destroy();

  expect(posted).toBe(outcome);
  const { _aws, ...fields } = JSON.parse(lines.find((line) => line.startsWith('{"_aws"')) ?? '{}');
  expect(fields).toEqual(counted);
});
