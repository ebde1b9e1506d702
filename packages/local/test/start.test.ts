import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalRuntime, startLocal } from '#start';

let folder: string;
const running: LocalRuntime[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-start-'));
});
afterAll(async () => {
  for (const runtime of running) await runtime.stop();
  await rm(folder, { recursive: true });
});

/** An assembly in CDK's format: a manifest, a template, a list of assets and a folder for each. */
async function assembly(name: string, options: { source?: string; resources?: object } = {}): Promise<string> {
  const { source = 'export const handler = async () => "one";', resources = {} } = options;
  const directory = join(folder, name);
  const hash = `${name}-hash`;
  await mkdir(join(directory, `asset.${hash}`), { recursive: true });
  await writeFile(join(directory, `asset.${hash}`, 'index.mjs'), source);
  const files = {
    'manifest.json': {
      artifacts: {
        'Try.assets': { type: 'cdk:asset-manifest', properties: { file: 'Try.assets.json' } },
        Try: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Try.template.json' } },
      },
    },
    'Try.assets.json': { files: { [hash]: { source: { path: `asset.${hash}`, packaging: 'zip' } } } },
    'Try.template.json': {
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: {} },
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: { Code: { S3Bucket: 'assets', S3Key: `${hash}.zip` }, Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        },
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
            AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          },
        },
        ...resources,
      },
      Outputs: { Function: { Value: { Ref: 'Function' } } },
    },
  };
  for (const [file, content] of Object.entries(files)) await writeFile(join(directory, file), JSON.stringify(content));
  return directory;
}

async function start(name: string, options: { dataDirectory?: string; port?: number } = {}): Promise<LocalRuntime> {
  const dataDirectory = options.dataDirectory ?? join(folder, `data-${name}`);
  const runtime = await startLocal({ assemblyDirectory: await assembly(name), dataDirectory, port: options.port ?? 0 });
  running.push(runtime);
  return runtime;
}

describe('a stack that is served', () => {
  test('runs the code of its asset, and other code after a reload', async () => {
    const runtime = await start('reloaded');
    expect(await runtime.functions.invoke('Function', {})).toMatchObject({ payload: 'one' });
    await runtime.reload(await assembly('reloaded-2', { source: 'export const handler = async () => "two";' }));
    expect(await runtime.functions.invoke('Function', {})).toMatchObject({ payload: 'two' });
  });

  test('has the files that it deploys, and other files after a reload', async () => {
    const deploying = (name: string) => ({
      Site: { Type: 'AWS::S3::Bucket' },
      Files: {
        Type: 'Custom::CDKBucketDeployment',
        Properties: { SourceObjectKeys: [`${name}-hash.zip`], DestinationBucketName: { Ref: 'Site' }, Prune: false },
      },
    });
    const stackWith = (name: string, source: string) => assembly(name, { source, resources: deploying(name) });
    const runtime = await startLocal({
      assemblyDirectory: await stackWith('site', 'first'),
      dataDirectory: join(folder, 'data-site'),
      port: 0,
    });
    running.push(runtime);
    const s3 = new S3Client({
      endpoint: `${runtime.origin}/_aws/s3`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: runtime.rootCredentials,
    });
    const deployed = async () => {
      const command = new GetObjectCommand({ Bucket: runtime.stack.ref('Site'), Key: 'index.mjs' });
      return (await s3.send(command)).Body?.transformToString();
    };
    expect(await deployed()).toBe('first');
    await runtime.reload(await stackWith('site-2', 'second'));
    expect(await deployed()).toBe('second');
    s3.destroy();
  });

  test('stays as it was when a reload brings a broken stack', async () => {
    const runtime = await start('kept');
    const broken = await assembly('kept-2', {
      resources: { Broken: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Nobody' } } } },
    });
    await expect(runtime.reload(broken)).rejects.toThrow(
      'unable to resolve Nobody; stack Try has no such resource or parameter',
    );
    expect(await runtime.functions.invoke('Function', {})).toMatchObject({ payload: 'one' });
  });

  test('has its outputs and the address of its user pools', async () => {
    const runtime = await start('outputs');
    expect(runtime.outputs).toEqual({
      Function: runtime.stack.ref('Function'),
      CognitoEndpoint: `${runtime.origin}/_aws/cognito-idp`,
    });
  });

  test('answers requests of the root user, keeps its data over a restart, and is unreachable in between', async () => {
    const first = await start('lasting');
    const client = (runtime: LocalRuntime) =>
      new DynamoDBClient({
        region: 'us-east-1',
        endpoint: `${runtime.origin}/_aws/dynamodb`,
        credentials: runtime.rootCredentials,
        maxAttempts: 1,
      });
    const item = { pk: { S: 'a' }, text: { S: 'kept' } };
    const key = { TableName: 'Table', Key: { pk: { S: 'a' } } };
    await client(first).send(new PutItemCommand({ TableName: 'Table', Item: item }));
    await first.stop();
    await expect(client(first).send(new GetItemCommand(key))).rejects.toThrow('ECONNREFUSED');
    const second = await start('lasting');
    expect((await client(second).send(new GetItemCommand(key))).Item).toEqual(item);
  });

  test('answers 503 below /_aws where no service is', async () => {
    const { origin } = await start('unknown');
    expect((await fetch(`${origin}/_aws/kinesis/`)).status).toBe(503);
  });
});

describe('one sentence for', () => {
  test('a taken port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(start('taken', { port })).rejects.toThrow(
      `unable to listen on port ${port}; it is taken: choose another one with port`,
    );
    server.close();
  });

  test('a data folder that another runtime uses', async () => {
    const dataDirectory = join(folder, 'shared');
    const { origin } = await start('first', { dataDirectory });
    await expect(start('second', { dataDirectory })).rejects.toThrow(
      `unable to use ${dataDirectory}; ${origin} serves it already`,
    );
  });

  test('an assembly that does not exist', async () => {
    const assemblyDirectory = join(folder, 'nowhere');
    const starting = startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data-nowhere'), port: 0 });
    await expect(starting).rejects.toThrow(
      `unable to load the stack; ${join(assemblyDirectory, 'manifest.json')} cannot be read`,
    );
  });

  test('a broken stack, and the port is free again', async () => {
    const assemblyDirectory = await assembly('broken', {
      resources: { A: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { 'Fn::Cidr': [] } } } },
    });
    const probe = await start('probe');
    const port = Number(new URL(probe.origin).port);
    await probe.stop();
    const starting = startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data-broken'), port });
    await expect(starting).rejects.toThrow('the local runtime does not know Fn::Cidr');
    expect((await start('after', { port })).origin).toBe(`http://127.0.0.1:${port}`);
  });
});
