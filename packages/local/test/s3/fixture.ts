import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import type { Context } from '#context';
import { type Counters, createCounters } from '#counters';
import { createFaults } from '#faults';
import { type Credentials, createAccessKeys } from '#iam/access-keys';
import { createPolicies, type Policies } from '#iam/policy';
import { createFunctions } from '#lambda/functions';
import { createOwnHosts } from '#own-hosts';
import { type S3Service, startS3 } from '#s3/start';
import { startEventServices } from '../events/services.ts';
import { monitoring } from '../fixture/monitoring.ts';

/** S3 on its own port with a small template: the bucket `uploads`, and roles with different permissions. */
export interface Fixture {
  readonly origin: string;
  readonly endpoint: string;
  readonly directory: string;
  readonly policies: Policies;
  readonly counters: Counters;
  readonly service: S3Service;
  readonly log: readonly string[];
  /** The keys of the account's root. */
  readonly root: Credentials;
  role(logicalId: 'Uploader' | 'Reader' | 'Auditor'): Credentials;
  client(credentials?: Credentials): S3Client;
  /** What is in a queue of the template. */
  messages(logicalId: string): { Body: string }[];
  /** Moves the service's clock, in milliseconds. */
  advance(by: number): void;
  stop(options?: { keepFiles?: boolean }): Promise<void>;
}

export const bucketName = 'uploads';
export const page = 'https://app.example';

const role = (actions: readonly string[], resource: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
    },
    Policies: [
      {
        PolicyName: 'own',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
        },
      },
    ],
  },
});

export const template = {
  Resources: {
    Uploads: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: bucketName,
        CorsConfiguration: {
          CorsRules: [
            {
              AllowedMethods: ['POST', 'GET'],
              AllowedOrigins: [page, 'https://*.preview.example'],
              AllowedHeaders: ['content-type', 'x-amz-*'],
              ExposedHeaders: ['ETag'],
              MaxAge: 3600,
            },
          ],
        },
      },
    },
    Plain: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'plain' } },
    Uploader: role(['s3:PutObject', 's3:GetObject'], `arn:aws:s3:::${bucketName}/*`),
    Reader: role(['s3:GetObject'], `arn:aws:s3:::${bucketName}/public/*`),
    Auditor: role(['s3:ListBucket'], `arn:aws:s3:::${bucketName}`),
  },
};

export async function startFixture(
  options: { directory?: string; template?: unknown; codeDirectories?: Record<string, string> } = {},
): Promise<Fixture> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'local-s3-')));
  const server = createServer((request, response) => void service.handle(request, response));
  // As the runtime's port does: longer than an SDK's agent keeps a connection.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;

  let offset = 0;
  const log: string[] = [];
  const stack = stackFromTemplate({
    template: options.template ?? template,
    name: 'Test',
    origin,
    codeDirectories: options.codeDirectories,
  });
  const parts = {
    stack,
    origin,
    dataDirectory: directory,
    keys: createAccessKeys(),
    policies: createPolicies(() => stack),
    faults: createFaults(),
    counters: createCounters(),
    ...monitoring(),
    calls: createCalls(),
    clock: { now: () => Date.now() + offset },
    isOwnHost: createOwnHosts(),
    timeScale: 1,
    log: (line: string) => void log.push(line),
  };
  const context: Context = { ...parts, functions: createFunctions(parts) };
  const events = await startEventServices(context);
  const service = await startS3(context, { events });
  const root = context.keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` });
  const clients: S3Client[] = [];

  return {
    origin,
    endpoint: `${origin}/_aws/s3`,
    directory,
    policies: context.policies,
    counters: context.counters,
    service,
    log,
    root,
    role: (logicalId) =>
      context.keys.issue({
        kind: 'role',
        arn: `arn:aws:sts::${stack.account}:assumed-role/${logicalId}/session`,
        roleId: logicalId,
        functionId: logicalId,
      }),
    client(credentials = root) {
      const client = new S3Client({
        endpoint: `${origin}/_aws/s3`,
        region: stack.region,
        credentials,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        maxAttempts: 1,
      });
      clients.push(client);
      return client;
    },
    messages: (logicalId) => events.queues.open(stack.arn(logicalId)).receive({ most: 10, visibilityTimeout: 0 }),
    advance: (by) => {
      offset += by;
    },
    async stop({ keepFiles = false } = {}) {
      for (const client of clients) client.destroy();
      await context.functions.stop();
      await service.stop();
      await events.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!keepFiles) await rm(directory, { recursive: true, force: true });
    },
  };
}
