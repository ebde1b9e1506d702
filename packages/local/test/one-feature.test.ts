import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput, CfnResource, Duration, RemovalPolicy, type Stack, Tags } from 'aws-cdk-lib';
import { HttpApi, HttpMethod, PayloadFormatVersion } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration, HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Mfa, UserPool } from 'aws-cdk-lib/aws-cognito';
import { AttributeType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Stream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  Code,
  FilterCriteria,
  FilterRule,
  type FunctionProps,
  FunctionUrlAuthType,
  Function as Lambda,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { EventBridgeDestination, LambdaDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { DynamoEventSource, SnsEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { SubscriptionFilter, Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from './fixture/sockets.ts';
import { type ServedApp, serveApp } from './serve-app.ts';

/*
 * What CDK users have in their stacks, each feature as they write it: it works, or the start names it. The two stacks stand for about seventy
 * stacks of one feature each.
 */

/** Writes what it gets to a file, and answers as its environment says. */
const recording = `
const { appendFileSync } = require('node:fs');
exports.handler = async (event) => {
  appendFileSync(process.env.SEEN, JSON.stringify({ by: process.env.NAME, event }) + '\\n');
  if (event.fails) throw new Error('as asked');
  return process.env.ANSWER ? JSON.parse(process.env.ANSWER) : { statusCode: 200, body: JSON.stringify({ value: process.env.VALUE, ...event.requestContext?.authorizer?.lambda }) };
};`;

function makeFunction(stack: Stack, folder: string, name: string, props: Partial<FunctionProps> = {}): Lambda {
  const { environment, ...rest } = props;
  return new Lambda(stack, name, {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline(recording),
    timeout: Duration.seconds(30),
    environment: { SEEN: join(folder, 'seen.jsonl'), NAME: name, ...environment },
    ...rest,
  });
}

describe('what is served', () => {
  let served: ServedApp;
  let seen: string;
  const clients: { destroy(): void }[] = [];
  const output = (name: string) => served.runtime.outputs[`${name}Is`] ?? '';

  beforeAll(async () => {
    served = await serveApp(
      (stack, folder) => {
        seen = join(folder, 'seen.jsonl');
        const make = (name: string, props?: Partial<FunctionProps>) => makeFunction(stack, folder, name, props);
        const give = (name: string, value: string) => new CfnOutput(stack, `${name}Is`, { value });
        Tags.of(stack).add('team', 'one');

        // Values.
        const parameter = new StringParameter(stack, 'Parameter', {
          parameterName: '/one/colour',
          stringValue: 'green',
        });
        const secret = new Secret(stack, 'Secret', { generateSecretString: { passwordLength: 20 } });
        const value = `${parameter.stringValue} ${secret.secretValue.unsafeUnwrap()}`;
        const answering = make('Answering', { environment: { VALUE: value } });

        // HTTP: an alias with a Lambda authorizer, format 1.0, IAM, a function URL.
        const authorizing = make('Authorizing', {
          environment: { ANSWER: '{"isAuthorized":true,"context":{"who":"ann"}}' },
        });
        const http = new HttpApi(stack, 'Http');
        const route = (
          path: string,
          integration: HttpLambdaIntegration,
          authorizer?: HttpLambdaAuthorizer | HttpIamAuthorizer,
        ) => http.addRoutes({ path, methods: [HttpMethod.GET], integration, ...(authorizer && { authorizer }) });
        const simple = { responseTypes: [HttpLambdaResponseType.SIMPLE] };
        route(
          '/alias',
          new HttpLambdaIntegration('Alias', answering.addAlias('live')),
          new HttpLambdaAuthorizer('A', authorizing, simple),
        );
        const first = { payloadFormatVersion: PayloadFormatVersion.VERSION_1_0 };
        route('/first', new HttpLambdaIntegration('First', answering, first));
        route('/signed', new HttpLambdaIntegration('Signed', answering), new HttpIamAuthorizer());
        give('Http', http.apiEndpoint);
        give('FunctionUrl', answering.addFunctionUrl({ authType: FunctionUrlAuthType.NONE }).url);

        // Events: each source has a function of its own.
        const letters = new Queue(stack, 'Letters');
        const table = new Table(stack, 'Table', {
          partitionKey: { name: 'id', type: AttributeType.STRING },
          stream: StreamViewType.NEW_IMAGE,
          removalPolicy: RemovalPolicy.DESTROY,
        });
        const inserts = FilterCriteria.filter({ eventName: FilterRule.isEqual('INSERT') });
        make('OnStream').addEventSource(
          new DynamoEventSource(table, { startingPosition: StartingPosition.TRIM_HORIZON, filters: [inserts] }),
        );
        const fifo = new Queue(stack, 'Fifo', { fifo: true, contentBasedDeduplication: true });
        const asked = FilterCriteria.filter({ body: { kind: FilterRule.isEqual('asked') } });
        make('OnQueue').addEventSource(new SqsEventSource(fifo, { reportBatchItemFailures: true, filters: [asked] }));
        const topic = new Topic(stack, 'Topic');
        make('OnTopic').addEventSource(new SnsEventSource(topic));
        const filterPolicy = { kind: SubscriptionFilter.stringFilter({ allowlist: ['loud'] }) };
        topic.addSubscription(new SqsSubscription(letters, { rawMessageDelivery: true, filterPolicy }));
        const bucket = new Bucket(stack, 'Bucket');
        bucket.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(letters));
        make('OnLetters').addEventSource(new SqsEventSource(letters));
        const bus = new EventBus(stack, 'Bus');
        const rule = (name: string, source: string, target: Lambda) =>
          new Rule(stack, name, {
            eventBus: bus,
            eventPattern: { source: [source] },
            targets: [new LambdaFunction(target)],
          });
        rule('Said', 'one', make('OnEvent'));
        new Rule(stack, 'Daily', {
          schedule: Schedule.cron({ minute: '*' }),
          targets: [new LambdaFunction(make('OnSchedule'))],
        });
        make('Succeeding', { onSuccess: new LambdaDestination(make('OnSuccess')) });
        make('Failing', { onFailure: new EventBridgeDestination(bus), deadLetterQueue: letters, retryAttempts: 0 });
        rule('Failed', 'lambda', make('OnFailure'));

        give('Table', table.tableName);
        give('Fifo', fifo.queueUrl);
        give('Topic', topic.topicArn);
        give('Bucket', bucket.bucketName);
        give('Bus', bus.eventBusName);
      },
      { timeScale: 60 },
    );
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await served?.stop();
  });

  const options = (service: string) => {
    const { origin, rootCredentials: credentials, stack } = served.runtime;
    return { region: stack.region, credentials, endpoint: `${origin}/_aws/${service}` };
  };
  const use = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client);
    return client;
  };
  /** The first event of a function that matches. */
  const heard = (by: string, text: string) =>
    eventually(() => {
      const lines = existsSync(seen) ? readFileSync(seen, 'utf8').split('\n') : [];
      return lines.find((line) => line.includes(`"by":"${by}"`) && line.includes(text));
    }, 30);
  const nameOf = (start: string) => {
    const { stack } = served.runtime;
    return stack.ref(stack.functions.find(({ logicalId }) => logicalId.startsWith(start))?.logicalId ?? '');
  };

  test('nothing is named as not served', () => {
    expect(served.runtime.notServed).toEqual([]);
  });

  test('an alias behind an HTTP API with a Lambda authorizer, and values of parameters and secrets', async () => {
    expect((await fetch(`${output('Http')}/alias`)).status).toBe(401);
    const response = await fetch(`${output('Http')}/alias`, { headers: { authorization: 'x' } });
    const { value, who } = await response.json();
    expect([who, value]).toEqual(['ann', expect.stringMatching(/^green \S{20}$/)]);
  });

  test('payload format 1.0, IAM authorization, a function URL', async () => {
    expect((await fetch(`${output('Http')}/first`)).status).toBe(200);
    expect((await fetch(`${output('Http')}/signed`)).status).toBe(403);
    expect((await fetch(output('FunctionUrl'))).status).toBe(200);
    await heard('Answering', '"version":"1.0"');
  });

  test('streams and queues with filters, topics with filters, buckets', async () => {
    const Item = { id: { S: 'new' } };
    await use(new DynamoDBClient(options('dynamodb'))).send(new PutItemCommand({ TableName: output('Table'), Item }));
    const sqs = use(new SQSClient(options('sqs')));
    for (const kind of ['other', 'asked']) {
      const MessageBody = JSON.stringify({ kind });
      await sqs.send(new SendMessageCommand({ QueueUrl: output('Fifo'), MessageBody, MessageGroupId: 'g' }));
    }
    const sns = use(new SNSClient(options('sns')));
    for (const StringValue of ['quiet', 'loud']) {
      const MessageAttributes = { kind: { DataType: 'String', StringValue } };
      await sns.send(
        new PublishCommand({ TopicArn: output('Topic'), Message: `a ${StringValue} one`, MessageAttributes }),
      );
    }
    const s3 = use(new S3Client({ ...options('s3'), forcePathStyle: true }));
    await s3.send(new PutObjectCommand({ Bucket: output('Bucket'), Key: 'picture', Body: 'x' }));
    await heard('OnStream', '"S":"new"');
    await heard('OnQueue', 'asked');
    await heard('OnTopic', 'a quiet one');
    await heard('OnLetters', 'a loud one');
    await heard('OnLetters', 'picture');
    expect(readFileSync(seen, 'utf8')).not.toMatch(/"by":"OnQueue".*other|"by":"OnLetters".*a quiet one/);
  });

  test('buses, schedules, and what became of asynchronous events', async () => {
    const Entries = [{ EventBusName: output('Bus'), Source: 'one', DetailType: 'Said', Detail: '{"text":"hello"}' }];
    await use(new EventBridgeClient(options('events'))).send(new PutEventsCommand({ Entries }));
    const lambda = use(new LambdaClient(options('lambda')));
    const invoke = (FunctionName: string, event: object) =>
      lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event) }));
    await invoke(nameOf('Succeeding'), { asked: 'once' });
    await invoke(nameOf('Failing'), { fails: 'yes' });
    await heard('OnEvent', '"text":"hello"');
    await heard('OnSuccess', '"condition":"Success"');
    const failure = await heard('OnFailure', '"condition":"RetriesExhausted"');
    expect(failure).toContain('Lambda Function Invocation Result - Failure');
    const letter = await heard('OnLetters', 'as asked');
    expect(letter).toContain('"ErrorMessage"');
    await heard('OnSchedule', '"Scheduled Event"');
  });
});

describe('what is not served', () => {
  test('is named at start, each type and setting once, and the rest is served', async () => {
    const served = await serveApp((stack, folder) => {
      const make = (name: string, props?: Partial<FunctionProps>) => makeFunction(stack, folder, name, props);
      const fn = make('Served');
      new Alarm(stack, 'Alarm', { metric: fn.metricErrors(), threshold: 1, evaluationPeriods: 1 });
      new Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
      make('Python', { runtime: Runtime.PYTHON_3_13, code: Code.fromInline('def handler(event, context): pass') });
      make('Foreign', { role: Role.fromRoleArn(stack, 'Elsewhere', 'arn:aws:iam::123456789012:role/other') });
      const key = new Key(stack, 'Key');
      const stream = new Stream(stack, 'Stream', { encryptionKey: key });
      new Table(stack, 'Table', { partitionKey: { name: 'id', type: AttributeType.STRING }, kinesisStream: stream });
      new Bucket(stack, 'Bucket', { versioned: true, websiteIndexDocument: 'index.html' });
      new UserPool(stack, 'Pool', { mfa: Mfa.OPTIONAL });
      new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Pass')) });
      new HttpApi(stack, 'Http', { defaultIntegration: new HttpUrlIntegration('Url', 'https://somewhere.example') });
      for (const type of ['AWS::ApiGateway::RestApi', 'AWS::AppSync::GraphQLApi', 'AWS::RDS::DBCluster']) {
        new CfnResource(stack, type.replaceAll('::', ''), { type });
      }
    });
    const kinds = served.runtime.notServed.map((line) => line.replace(/^not served here: (\S+( \(.*?\))?).*$/, '$1'));
    await served.stop();
    expect(kinds).toEqual([
      'AWS::ApiGateway::RestApi',
      'AWS::ApiGatewayV2::Integration (HTTP_PROXY)',
      'AWS::AppSync::GraphQLApi',
      'AWS::Cognito::UserPool (MfaConfiguration)',
      'AWS::DynamoDB::Table (KinesisStreamSpecification)',
      'AWS::KMS::Key',
      'AWS::Kinesis::Stream',
      'AWS::Lambda::Function (its role is of another app, so that it may do nothing)',
      'AWS::Lambda::Function (python3.13)',
      'AWS::RDS::DBCluster',
      'AWS::S3::Bucket (WebsiteConfiguration)',
      'AWS::StepFunctions::StateMachine',
    ]);
  });
});
