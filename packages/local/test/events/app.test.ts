import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { EventBus, EventField, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { ScheduleExpression, Schedule as Timer } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { LambdaSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../dynamodb/eventually.ts';
import { type ServedApp, serveApp } from '../serve-app.ts';

/** A stranger's functions: one starts everything with the SDK, the other writes what it gets to its log. */
const start = `
import { SNSClient, PublishCommand } from '@aws-sdk/client-sns';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { SecretsManagerClient, GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
export const handler = async () => {
  const { TOPIC, BUS, STEPS, SECRET, PASSWORD } = process.env;
  const attributes = { kind: { DataType: 'String', StringValue: 'order' } };
  await new SNSClient({}).send(new PublishCommand({ TopicArn: TOPIC, Message: 'published', MessageAttributes: attributes }));
  await new SNSClient({}).send(new PublishCommand({ TopicArn: TOPIC, Message: 'filtered' }));
  const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'order', Detail: JSON.stringify({ id: 7 }) };
  await new EventBridgeClient({}).send(new PutEventsCommand({ Entries: [entry] }));
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: STEPS, MessageBody: 'step', MessageGroupId: 'g' }));
  const { Parameter } = await new SSMClient({}).send(new GetParameterCommand({ Name: '/shop/greeting' }));
  const { SecretString } = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId: SECRET }));
  return { greeting: Parameter.Value, sameSecret: JSON.parse(SecretString).password === PASSWORD };
};`;
const tell = `
import { appendFileSync } from 'node:fs';
export const handler = async (event) => appendFileSync(process.env.SEEN, JSON.stringify(event) + '\\n');`;

function build(stack: Stack, folder: string): void {
  const code = (name: string, text: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'index.mjs'), text);
    return Code.fromAsset(join(folder, name));
  };
  const common = { runtime: Runtime.NODEJS_22_X, handler: 'index.handler' };
  const teller = new Lambda(stack, 'Tell', {
    ...common,
    code: code('tell', tell),
    environment: { SEEN: join(folder, 'seen') },
  });
  const told = new Queue(stack, 'Told', { visibilityTimeout: Duration.seconds(30) });
  teller.addEventSource(new SqsEventSource(told, { maxBatchingWindow: Duration.seconds(1), batchSize: 20 }));
  const steps = new Queue(stack, 'Steps', { fifo: true, contentBasedDeduplication: true });
  teller.addEventSource(new SqsEventSource(steps));

  const topic = new Topic(stack, 'News');
  topic.addSubscription(new LambdaSubscription(teller));
  const filterPolicy = { kind: SubscriptionFilter.stringFilter({ allowlist: ['order'] }) };
  topic.addSubscription(new SqsSubscription(told, { rawMessageDelivery: true, filterPolicy }));

  const bus = new EventBus(stack, 'Bus', { eventBusName: 'shop' });
  const rule = new Rule(stack, 'OnOrder', { eventBus: bus, eventPattern: { source: ['shop'], detail: { id: [7] } } });
  rule.addTarget(
    new LambdaFunction(teller, {
      event: RuleTargetInput.fromObject({ order: EventField.fromPath('$.detail.id'), bus: 'shop' }),
    }),
  );
  rule.addTarget(new SqsQueue(told, { message: RuleTargetInput.fromText('an order') }));
  new Rule(stack, 'Often', { schedule: Schedule.rate(Duration.hours(1)), targets: [new LambdaFunction(teller)] });
  new Rule(stack, 'Nightly', {
    schedule: Schedule.cron({ minute: '0', hour: '3' }),
    targets: [new LambdaFunction(teller)],
  });
  new Timer(stack, 'Timer', {
    schedule: ScheduleExpression.rate(Duration.hours(2)),
    target: new LambdaInvoke(teller, {}),
  });

  const bucket = new Bucket(stack, 'Files');
  bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(told), { prefix: 'in/' });

  const greeting = new StringParameter(stack, 'Greeting', { parameterName: '/shop/greeting', stringValue: 'hello' });
  const secret = new Secret(stack, 'Key', {
    generateSecretString: { secretStringTemplate: '{"user":"a"}', generateStringKey: 'password' },
  });
  const starter = new Lambda(stack, 'Start', {
    ...common,
    code: code('start', start),
    timeout: Duration.seconds(20),
    environment: {
      TOPIC: topic.topicArn,
      BUS: bus.eventBusName,
      STEPS: steps.queueUrl,
      SECRET: secret.secretArn,
      PASSWORD: secret.secretValueFromJson('password').unsafeUnwrap(),
      TEAM: StringParameter.valueForStringParameter(stack, '/team/name'),
    },
  });
  topic.grantPublish(starter);
  bus.grantPutEventsTo(starter);
  steps.grantSendMessages(starter);
  greeting.grantRead(starter);
  secret.grantRead(starter);
  new CfnOutput(stack, 'Starter', { value: starter.functionName });
  new CfnOutput(stack, 'Bucket', { value: bucket.bucketName });
}

let app: ServedApp;
let seen: () => string;
beforeAll(async () => {
  let folder = '';
  const builds = (stack: Stack, inFolder: string) => {
    folder = inFolder;
    mkdirSync(join(folder, '.local'));
    writeFileSync(join(folder, '.local', 'parameters.json'), '{"/team/name":"blue"}');
    build(stack, folder);
  };
  app = await serveApp(builds, { timeScale: 3_600 });
  seen = () => {
    try {
      return readFileSync(join(folder, 'seen'), 'utf8');
    } catch {
      return '';
    }
  };
}, 120_000);
afterAll(() => app?.stop());

test('an app of CDK with topics, buses, schedules, FIFO queues, parameters and secrets runs as it is', {
  timeout: 60_000,
}, async () => {
  const { runtime } = app;
  const { origin, outputs, stack, rootCredentials: credentials } = runtime;
  expect(app.lines.filter((line) => line.startsWith('not served here'))).toEqual([]);
  expect(app.lines).toContainEqual(expect.stringMatching(/^Nightly.* \(cron\(0 3 \* \* \? \*\)\) fires next at 20/));

  const lambda = new LambdaClient({ region: stack.region, endpoint: `${origin}/_aws/lambda`, credentials });
  const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: outputs.Starter }));
  lambda.destroy();
  expect({ FunctionError, ...JSON.parse(Buffer.from(Payload ?? []).toString()) }).toEqual({
    greeting: 'hello',
    sameSecret: true,
  });
  const s3 = new S3Client({ region: stack.region, endpoint: `${origin}/_aws/s3`, credentials, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: outputs.Bucket, Key: 'in/a.txt', Body: 'x' }));
  s3.destroy();

  await eventually(() => {
    for (const part of [
      '"Message":"published"',
      '"Message":"filtered"',
      '"body":"published"',
      '{"order":7,"bus":"shop"}',
      '"body":"\\"an order\\""',
      '"MessageGroupId":"g"',
      'ObjectCreated:Put',
      '"source":"aws.events"',
      '"source":"aws.scheduler"',
    ]) {
      expect(seen()).toContain(part);
    }
  });
  expect(seen()).not.toContain('"body":"filtered"');
});
