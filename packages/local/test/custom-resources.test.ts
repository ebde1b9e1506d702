import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { CfnOutput, CustomResource, Lazy, type Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId, Provider } from 'aws-cdk-lib/custom-resources';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, serveApp } from './serve-app.ts';

/** Answers to `ResponseURL` by itself, as `cfn-response` does. */
const answering = `
const https = require('node:https');
exports.handler = (event, context) => {
  const { hostname, pathname, search } = new URL(event.ResponseURL);
  const failed = event.ResourceProperties.Fails === 'true';
  const body = JSON.stringify({
    Status: failed ? 'FAILED' : 'SUCCESS',
    Reason: 'as it was asked to',
    PhysicalResourceId: 'made-' + event.LogicalResourceId,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Said: event.RequestType + ' ' + event.ResourceProperties.Text, Count: typeof event.ResourceProperties.Count },
  });
  const headers = { 'content-type': '', 'content-length': body.length };
  const request = https.request({ hostname, port: 443, path: pathname + search, method: 'PUT', headers }, () => context.done());
  request.on('error', context.fail);
  request.end(body);
};`;
/** For CDK's provider framework. */
const onEvent = `exports.handler = async ({ RequestType, ResourceProperties }) =>
  ({ PhysicalResourceId: 'provided', Data: { Said: RequestType + ' after ' + ResourceProperties.After } });`;
const isComplete = `let asked = 0; exports.handler = async () => ({ IsComplete: ++asked > 1, Data: { Asked: asked } });`;

function build(stack: Stack): void {
  const make = (name: string, code: string) =>
    new Lambda(stack, name, { runtime: Runtime.NODEJS_22_X, handler: 'index.handler', code: Code.fromInline(code) });
  const output = (name: string, value: string) => new CfnOutput(stack, name, { value });

  const serviceToken = make('Answering', answering).functionArn;
  const provider = new Provider(stack, 'Provider', {
    onEventHandler: make('OnEvent', onEvent),
    isCompleteHandler: make('IsComplete', isComplete),
  });
  let first: CustomResource;
  // In the template it stands before what it refers to.
  const after = new CustomResource(stack, 'After', {
    serviceToken: provider.serviceToken,
    properties: { After: Lazy.string({ produce: () => first.getAttString('Said') }) },
  });
  first = new CustomResource(stack, 'First', {
    serviceToken,
    resourceType: 'Custom::First',
    properties: { Text: 'one', Count: 3 },
  });
  new CustomResource(stack, 'Broken', { serviceToken, properties: { Fails: true } });

  const table = new Table(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING } });
  new AwsCustomResource(stack, 'Seed', {
    onCreate: {
      service: 'DynamoDB',
      action: 'putItem',
      parameters: { TableName: table.tableName, Item: { id: { S: 'seed' } } },
      physicalResourceId: PhysicalResourceId.of('seed'),
    },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [table.tableArn] }),
  });
  const reader = make('Reader', 'exports.handler = async () => process.env.SAID;');
  reader.addEnvironment('SAID', first.getAttString('Said'));
  output('TableName', table.tableName);
  output('FirstIs', `${first.ref} ${first.getAttString('Said')} ${first.getAttString('Count')}`);
  output('AfterIs', `${after.ref} ${after.getAttString('Said')} ${after.getAttString('Asked')}`);
}

let served: ServedApp;
beforeAll(async () => {
  served = await serveApp(build);
});
afterAll(() => served?.stop());

test('a custom resource is made by its function, which answers to the address of its event', () => {
  // Numbers are sent as text.
  expect(served.runtime.outputs.FirstIs).toBe('made-First Create one string');
});

test('one of CDK’s provider framework is made after what it refers to, and is asked until it is complete', () => {
  expect(served.runtime.outputs.AfterIs).toBe('provided Create after Create one 2');
});

test('functions see the values', async () => {
  const [reader] = served.runtime.stack.functions.filter(({ logicalId }) => logicalId.startsWith('Reader'));
  expect(await served.runtime.functions.invoke(reader?.logicalId ?? '', {})).toMatchObject({ payload: 'Create one' });
});

test('AwsCustomResource calls the service', async () => {
  const { origin, rootCredentials: credentials, outputs } = served.runtime;
  const client = new DynamoDBClient({ region: 'us-east-1', endpoint: `${origin}/_aws/dynamodb`, credentials });
  const Key = { id: { S: 'seed' } };
  expect((await client.send(new GetItemCommand({ TableName: outputs.TableName, Key }))).Item).toEqual(Key);
  client.destroy();
});

test('one that fails is reported, and the rest is served', () => {
  // The machine that asks until all is complete is not needed: the runtime asks.
  expect(served.lines).toEqual(['custom resource Broken: as it was asked to']);
});

test('it is made once, and updated when its properties change', async () => {
  const { runtime, assemblyDirectory } = served;
  const called = () =>
    Object.entries(runtime.counters.snapshot()).filter(([name]) => /invoke:(OnEvent|AWS|Answering)/.test(name));
  const template = join(assemblyDirectory, 'App.template.json');
  runtime.counters.reset();
  await runtime.reload(assemblyDirectory);
  // Only the one that failed is tried again.
  expect(called()).toEqual([['lambda.invoke:Answering', 1]]);

  await writeFile(template, (await readFile(template, 'utf8')).replace('"Text": "one"', '"Text": "two"'));
  await runtime.reload(assemblyDirectory);
  expect(runtime.outputs.FirstIs).toBe('made-First Update two string');
  // What refers to it changes with it.
  expect(runtime.outputs.AfterIs).toMatch(/^provided Update after Update two/);
});
