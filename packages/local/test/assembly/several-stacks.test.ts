import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type App, CfnOutput, Fn, LegacyStackSynthesizer, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import { loadStack } from '#assembly/stack';
import { outputsFile } from '#outputs-file';
import { type LocalRuntime, startLocal } from '#start';
import { dataStack, places, synthesizeApp, twoStacks, writer } from './apps.ts';
import { writeAssembly } from './write-assembly.ts';

// Inside the repository, where functions find the AWS SDK.
const inRepository = resolve(import.meta.dirname, '../../.local');
const origin = 'http://127.0.0.1:1';
let folder: string;
let runtime: LocalRuntime;

beforeAll(async () => {
  mkdirSync(inRepository, { recursive: true });
  folder = mkdtempSync(join(inRepository, 'stacks-'));
  const assemblyDirectory = synthesizeApp(join(folder, 'strong'), twoStacks);
  runtime = await startLocal({ assemblyDirectory, dataDirectory: join(folder, 'data'), port: 0 });
});
afterAll(async () => {
  await runtime.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const assemblies = new Map<unknown, string>();
/** Loads the stacks of an app, which is synthesized once. */
function load(build: (app: App) => void, options: { stackNames?: string[]; references?: string } = {}) {
  const { stackNames, references = 'strong' } = options;
  const key = `${build} ${references}`;
  const directory = join(folder, `app-${assemblies.size}`);
  const context = { '@aws-cdk/core:defaultCrossStackReferences': references };
  const assemblyDirectory = assemblies.get(key) ?? synthesizeApp(directory, build, context);
  assemblies.set(key, assemblyDirectory);
  return loadStack({ assemblyDirectory, origin, stackNames });
}
const named = (stack: ReturnType<typeof loadStack>) => stack.stacks.filter(({ isNested }) => !isNested);
const idsOf = (stack: ReturnType<typeof loadStack>, type: string) =>
  stack.ofType(type).map(({ logicalId }) => logicalId.replaceAll(/[0-9A-F]{8}(?=\/|$)/g, ''));
const nestedId = 'NestedNestedStackNestedNestedStackResource';

describe('all stacks of an app are served together', () => {
  test('a function writes what another stack has, with the permission that its own stack gives', async () => {
    const [outer] = runtime.stack.functions;
    expect(await runtime.functions.invoke(outer?.logicalId ?? '', {})).toMatchObject({ ok: true });
    const giveBack = runtime.policies.revoke({ action: 'dynamodb:PutItem' });
    expect(await runtime.functions.invoke(outer?.logicalId ?? '', {})).toMatchObject({
      errorType: 'AccessDeniedException',
    });
    giveBack();
  });

  test('a function of a nested stack does so too, and has what its parent gives it', async () => {
    const [outer, inner] = runtime.stack.functions;
    expect(await runtime.functions.invoke(inner?.logicalId ?? '', {})).toMatchObject({ ok: true });
    expect(runtime.functions.config(inner?.logicalId ?? '').environment.OUTER).toBe(
      runtime.stack.ref(outer?.logicalId ?? ''),
    );
    expect(runtime.outputs['Web/Inner']).toBe(runtime.stack.ref(inner?.logicalId ?? ''));
  });

  test('logical ids have the name of their stack in front, and the nested stack', () => {
    expect(idsOf(runtime.stack, 'AWS::Lambda::Function')).toEqual(['Web/Writer', `Web/${nestedId}/Writer`]);
    expect(idsOf(runtime.stack, 'AWS::SQS::Queue')).toEqual(['Data/Queue']);
    expect(runtime.notServed).toEqual([]);
  });

  test('the file of outputs has a key for each stack, as that of cdk deploy', () => {
    const CognitoEndpoint = `${runtime.origin}/_aws/cognito-idp`;
    expect(outputsFile(runtime)).toEqual({
      Data: expect.objectContaining({ CognitoEndpoint }),
      Web: { Outer: runtime.outputs['Web/Outer'], Inner: runtime.outputs['Web/Inner'], CognitoEndpoint },
    });
  });
});

describe('references between stacks', () => {
  test.each(['strong', 'weak', 'both'])('that are %s have their value', (strength) => {
    const stack = load(twoStacks, { references: strength });
    const [table] = stack.ofType('AWS::DynamoDB::Table');
    const [outer, inner] = stack.functions;
    for (const each of [outer, inner]) {
      expect(each?.properties.Environment).toMatchObject({ Variables: { TABLE: stack.ref(table?.logicalId ?? '') } });
    }
  });

  test('one sentence for an export that no stack has', () => {
    const importing = (app: App) => {
      new Queue(new Stack(app, 'Web'), 'Queue', { queueName: Fn.importValue('Shared-QueueName') });
    };
    expect(() => load(importing)).toThrow(
      /^unable to resolve Web\/Queue\S+; no stack that is served exports Shared-QueueName$/,
    );
  });
});

describe('stacks in several regions', () => {
  const account = '123456789012';
  const inRegions = (app: App) => {
    const data = dataStack(app, 'Data', { env: { account, region: 'eu-west-1' }, crossRegionReferences: true });
    // As for CloudFront, which takes certificates and functions from us-east-1 alone.
    const edge = new Stack(app, 'Edge', { env: { account, region: 'us-east-1' }, crossRegionReferences: true });
    new CfnOutput(edge, 'Bucket', { value: data.bucket.bucketName });
  };

  test.each(['strong', 'weak'])(
    'have the values of %s references; the one with something to sign for counts',
    (references) => {
      const stack = load(inRegions, { references });
      const [bucket] = stack.ofType('AWS::S3::Bucket');
      expect(stack.outputs['Edge/Bucket']).toBe(stack.ref(bucket?.logicalId ?? ''));
      expect([stack.region, stack.account]).toEqual(['eu-west-1', account]);
      expect(notServed(stack)).toEqual([]);
    },
  );

  test('are refused in a sentence when several have something to sign for', () => {
    const twice = (app: App) => {
      for (const region of ['eu-west-1', 'us-west-2']) {
        new Queue(new Stack(app, region, { env: { account, region } }), 'Queue');
      }
    };
    expect(() => load(twice)).toThrow(
      'unable to serve eu-west-1 (123456789012/eu-west-1) and us-west-2 (123456789012/us-west-2) together; choose stacks of one account and region (--stack, stackNames)',
    );
    expect(load(twice, { stackNames: ['us-west-2'] }).region).toBe('us-west-2');
  });
});

test('parameters have the values that are given to all stacks or to one, as with cdk deploy, or else their default', async () => {
  const Parameters = { Size: { Type: 'Number', Default: 1 }, Names: { Type: 'CommaDelimitedList' } };
  const Outputs = { It: { Value: { 'Fn::Join': ['+', [{ Ref: 'Size' }, { 'Fn::Join': ['.', { Ref: 'Names' }] }]] } } };
  const template = { Parameters, Outputs };
  const assemblyDirectory = await writeAssembly(join(folder, 'parameters'), { A: { template }, B: { template } });
  const parameters = { Names: 'a, b', 'B:Size': '3' };
  expect(loadStack({ assemblyDirectory, origin, parameters }).outputs).toEqual({ 'A/It': '1+a.b', 'B/It': '3+a.b' });
});

test('a stack that is not chosen may ask for what nobody has given', async () => {
  const asking = {
    Parameters: { Asked: { Type: 'String' } },
    Conditions: { Yes: { 'Fn::Equals': [{ Ref: 'Asked' }, 'yes'] } },
    Resources: { Nested: { Type: 'AWS::CloudFormation::Stack', Condition: 'Yes' } },
  };
  const assemblyDirectory = await writeAssembly(join(folder, 'asking'), {
    A: { template: {} },
    B: { template: asking },
  });
  expect(loadStack({ assemblyDirectory, origin, stackNames: ['A'] }).name).toBe('A');
  expect(() => loadStack({ assemblyDirectory, origin })).toThrow(
    'unable to resolve parameter Asked; it has no default',
  );
});

test('assets that the template takes as parameters, as in CDK 1, are found', () => {
  const old = (app: App) => {
    const data = new Stack(app, 'Old', { synthesizer: new LegacyStackSynthesizer() });
    writer(new NestedStack(data, 'Nested'), 'Writer', places(data));
  };
  const stack = load(old);
  expect(stack.functions.map(({ logicalId }) => readdirSync(stack.codeDirectory(logicalId)))).toEqual([['index.mjs']]);
});

describe('which stacks are served', () => {
  const stages = (app: App) => {
    twoStacks(new Stage(app, 'Dev'));
    twoStacks(new Stage(app, 'Prod'));
  };

  test.each<[string[] | undefined, string[]]>([
    [undefined, ['Dev-Data', 'Dev-Web', 'Prod-Data', 'Prod-Web']],
    [['Dev/*'], ['Dev-Data', 'Dev-Web']],
    [['Prod-Data'], ['Prod-Data']],
    [
      ['Dev-Data', 'Prod-Data'],
      ['Dev-Data', 'Prod-Data'],
    ],
    // With what it depends on, as `cdk deploy` does.
    [['Prod/Web'], ['Prod-Data', 'Prod-Web']],
  ])('%j: %j', (stackNames, expected) => {
    expect(named(load(stages, { ...(stackNames && { stackNames }) })).map(({ name }) => name)).toEqual(expected);
  });

  test('one sentence for a name that no stack has', () => {
    expect(() => load(twoStacks, { stackNames: ['Wbe'] })).toThrow(
      "unable to choose Wbe; the app's stacks are Data, Web",
    );
  });

  test('a stack that is alone keeps bare logical ids; the names of its resources are the same with others beside it', () => {
    const alone = load(twoStacks, { stackNames: ['Data'] });
    expect(idsOf(alone, 'AWS::S3::Bucket')).toEqual(['Bucket']);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SQS::Queue']) {
      const [before] = alone.ofType(type);
      const [after] = runtime.stack.ofType(type);
      expect(alone.ref(before?.logicalId ?? '')).toBe(runtime.stack.ref(after?.logicalId ?? ''));
    }
  });

  test('tables have the name of their stack where another stack of the app has the same logical id, served or not', () => {
    const [table] = load(stages, { stackNames: ['Dev/*'] }).ofType('AWS::DynamoDB::Table');
    const both = load(stages);
    expect(both.ofType('AWS::DynamoDB::Table').map(({ logicalId }) => both.ref(logicalId))).toEqual([
      `Dev-Data-${table?.logicalId.slice('Dev-Data/'.length)}`,
      `Prod-Data-${table?.logicalId.slice('Dev-Data/'.length)}`,
    ]);
  });

  test('one sentence for two resources with one name', () => {
    const sameName = (app: App) => {
      for (const id of ['Dev', 'Prod']) new Queue(new Stack(app, id), 'Queue', { queueName: 'jobs' });
    };
    expect(() => load(sameName)).toThrow(
      'unable to serve Dev and Prod together; both have arn:aws:sqs:jobs: choose one of them (--stack, stackNames)',
    );
    expect(load(sameName, { stackNames: ['Dev'] }).ofType('AWS::SQS::Queue')).toHaveLength(1);
  });
});
