import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alias, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedApp, serveApp } from './serve-app.ts';

const who =
  'exports.handler = async (event, { functionVersion, invokedFunctionArn }) => [functionVersion, invokedFunctionArn];';
const caller = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const lambda = new LambdaClient({});
exports.handler = async (input) => {
  try {
    const { Payload, ExecutedVersion } = await lambda.send(new InvokeCommand(input));
    return [ExecutedVersion, JSON.parse(Buffer.from(Payload))];
  } catch (error) {
    return error.name;
  }
};`;

let app: ServedApp;
const output = (name: string) => app.runtime.outputs[name] ?? '';

beforeAll(async () => {
  app = await serveApp(build);
}, 30_000);
afterAll(() => app?.stop());

function build(stack: Stack): void {
  const common = { runtime: Runtime.NODEJS_22_X, handler: 'index.handler' };
  const target = new Lambda(stack, 'Who', { ...common, code: Code.fromInline(who) });
  const live = new Alias(stack, 'Live', { aliasName: 'live', version: target.currentVersion });
  const api = new HttpApi(stack, 'Http', { defaultIntegration: new HttpLambdaIntegration('ToLive', live) });
  const queue = new Queue(stack, 'Queue', { visibilityTimeout: Duration.seconds(30) });
  live.addEventSource(new SqsEventSource(queue));
  const calls = new Lambda(stack, 'Caller', {
    ...common,
    code: Code.fromInline(caller),
    timeout: Duration.seconds(10),
  });
  live.grantInvoke(calls);
  const values = {
    Url: api.apiEndpoint,
    Name: target.functionName,
    Arn: target.functionArn,
    Live: live.functionArn,
    QueueUrl: queue.queueUrl,
  };
  for (const [name, value] of Object.entries(values))
    new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(name);
}

async function invokeAsCaller(input: object): Promise<unknown> {
  const id = app.runtime.stack.functions.find(({ logicalId }) => logicalId.startsWith('Caller'))?.logicalId ?? '';
  const result = await app.runtime.functions.invoke(id, input);
  return result.ok ? result.payload : result;
}

describe('an alias', () => {
  test('has the ARN of its function with its name, and an API reaches it with a permission of its own', async () => {
    expect(output('Live')).toBe(`${output('Arn')}:live`);
    expect(await (await fetch(output('Url'))).json()).toEqual(['1', output('Live')]);
  });

  test.each([
    ['a name and a qualifier', () => ({ FunctionName: output('Name'), Qualifier: 'live' })],
    ['its ARN', () => ({ FunctionName: output('Live') })],
    ['the end of its ARN', () => ({ FunctionName: `000000000000:function:${output('Name')}:live` })],
  ])('is invoked by %s', async (_what, input) => {
    expect(await invokeAsCaller(input())).toEqual(['1', ['1', output('Live')]]);
  });

  test('may be permitted where the function itself is not', async () => {
    expect(await invokeAsCaller({ FunctionName: output('Name') })).toBe('AccessDeniedException');
  });

  test('gets the messages of its queue', async () => {
    const { stack, counters, origin, rootCredentials } = app.runtime;
    const client = new SQSClient({
      region: stack.region,
      endpoint: `${origin}/_aws/sqs`,
      credentials: rootCredentials,
    });
    const done = () => counters.snapshot()['lambda.done:Who'] ?? 0;
    const before = done();
    await client.send(new SendMessageCommand({ QueueUrl: output('QueueUrl'), MessageBody: 'hello' }));
    await expect.poll(done).toBe(before + 1);
    expect(counters.snapshot()['sqs.failed']).toBeUndefined();
  });
});

describe('Invoke', () => {
  const client = () =>
    new LambdaClient({
      region: 'us-east-1',
      endpoint: `${app.runtime.origin}/_aws/lambda`,
      credentials: app.runtime.rootCredentials,
    });
  const invoke = async (FunctionName: string) => {
    const { Payload, ExecutedVersion } = await client().send(new InvokeCommand({ FunctionName }));
    return [ExecutedVersion, JSON.parse(Buffer.from(Payload ?? []).toString())];
  };

  test('runs $LATEST without a qualifier, and a version with its number', async () => {
    expect(await invoke(output('Name'))).toEqual(['$LATEST', ['$LATEST', output('Arn')]]);
    expect(await invoke(`${output('Arn')}:1`)).toEqual(['1', ['1', `${output('Arn')}:1`]]);
  });

  test('does not find a version or an alias that is not there', async () => {
    await expect(invoke(`${output('Arn')}:2`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(invoke(`${output('Name')}:dead`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
