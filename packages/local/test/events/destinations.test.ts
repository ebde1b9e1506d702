import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../dynamodb/eventually.ts';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';
import { startEventServices } from './services.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const letters = ['OfSuccess', 'OfTopic', 'OfBus', 'OfFailure', 'Dead'];
const config = (FunctionName: string, DestinationConfig: object) => ({
  Type: 'AWS::Lambda::EventInvokeConfig',
  Properties: { FunctionName: { Ref: FunctionName }, Qualifier: '$LATEST', MaximumRetryAttempts: 0, DestinationConfig },
});
const allow = (id: string, Service: string) => ({
  Type: 'AWS::SQS::QueuePolicy',
  Properties: {
    PolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sqs:SendMessage', Resource: arnOf(id) }],
    },
  },
});

let fixture: Awaited<ReturnType<typeof startContext>>;
let services: Awaited<ReturnType<typeof startEventServices>>;

beforeAll(async () => {
  fixture = await startContext(({ seen, plan }) => {
    const functionOf = (DeadLetterConfig?: object) => {
      const made = lambda('WorkerRole', { SEEN: seen, PLAN: plan });
      return { ...made, Properties: { ...made.Properties, ...(DeadLetterConfig && { DeadLetterConfig }) } };
    };
    return {
      Resources: {
        ...Object.fromEntries(letters.map((id) => [id, { Type: 'AWS::SQS::Queue' }])),
        News: { Type: 'AWS::SNS::Topic' },
        ToTopic: {
          Type: 'AWS::SNS::Subscription',
          Properties: {
            TopicArn: { Ref: 'News' },
            Protocol: 'sqs',
            Endpoint: arnOf('OfTopic'),
            RawMessageDelivery: true,
          },
        },
        TopicMay: allow('OfTopic', 'sns.amazonaws.com'),
        Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'results' } },
        OnFailure: {
          Type: 'AWS::Events::Rule',
          Properties: {
            EventBusName: { Ref: 'Bus' },
            EventPattern: { source: ['lambda'], 'detail-type': ['Lambda Function Invocation Result - Failure'] },
            Targets: [{ Id: 'a', Arn: arnOf('OfBus') }],
          },
        },
        BusMay: allow('OfBus', 'events.amazonaws.com'),
        WorkerRole: role([], {
          more: [
            { Effect: 'Allow', Action: ['sqs:SendMessage', 'sns:Publish', 'events:PutEvents'], Resource: '*' },
            { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: arnOf('Next') },
          ],
        }),
        Queued: functionOf(),
        QueuedConfig: config('Queued', {
          OnSuccess: { Destination: arnOf('OfSuccess') },
          OnFailure: { Destination: arnOf('OfFailure') },
        }),
        Told: functionOf({ TargetArn: arnOf('Dead') }),
        ToldConfig: config('Told', {
          OnSuccess: { Destination: { Ref: 'News' } },
          OnFailure: { Destination: arnOf('Bus') },
        }),
        Chained: functionOf(),
        ChainedConfig: config('Chained', { OnSuccess: { Destination: arnOf('Next') } }),
        Next: functionOf(),
      },
    };
  });
  services = await startEventServices(fixture.context);
});
afterAll(async () => {
  await services?.stop();
  await fixture?.stop();
});

const letter = (id: string) =>
  eventually(() => {
    const [message] = services.queues.open(fixture.context.stack.arn(id)).receive({ most: 1 });
    if (!message) throw new Error(`${id} is empty`);
    return message;
  });
const accept = (functionId: string, event: object) => services.events.accept(functionId, event, 'request');

test('an event that succeeded has a record with its answer, in a queue, a topic or another function', async () => {
  fixture.plan({ answer: 'done' });
  const record = (id: string, requestPayload: object) => ({
    version: '1.0',
    timestamp: expect.stringMatching(/^\d{4}-/),
    requestContext: {
      requestId: 'request',
      functionArn: `${fixture.context.stack.arn(id)}:$LATEST`,
      condition: 'Success',
      approximateInvokeCount: 1,
    },
    requestPayload,
    responseContext: { statusCode: 200, executedVersion: '$LATEST' },
    responsePayload: 'done',
  });
  accept('Queued', { n: 1 });
  expect(JSON.parse((await letter('OfSuccess')).Body)).toEqual(record('Queued', { n: 1 }));
  accept('Told', { n: 2 });
  expect(JSON.parse((await letter('OfTopic')).Body)).toEqual(record('Told', { n: 2 }));
  accept('Chained', { n: 3 });
  await eventually(() => expect(fixture.batches()).toContainEqual(record('Chained', { n: 3 })));
});

test('an event that failed has a record in a queue or on a bus, and itself goes to the dead-letter queue of its function', async () => {
  fixture.plan({ throws: true });
  accept('Queued', { n: 4 });
  expect(JSON.parse((await letter('OfFailure')).Body)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted' },
    requestPayload: { n: 4 },
    responsePayload: { errorMessage: 'planned' },
  });
  accept('Told', { n: 5 });
  expect(JSON.parse((await letter('OfBus')).Body)).toMatchObject({
    source: 'lambda',
    resources: expect.arrayContaining([
      fixture.context.stack.arn('Bus'),
      `${fixture.context.stack.arn('Told')}:$LATEST`,
    ]),
    detail: { requestContext: { condition: 'RetriesExhausted' }, requestPayload: { n: 5 } },
  });
  expect(await letter('Dead')).toMatchObject({
    Body: '{"n":5}',
    MessageAttributes: {
      RequestID: { StringValue: 'request' },
      ErrorCode: { DataType: 'Number', StringValue: '200' },
      ErrorMessage: { StringValue: 'Error: planned' },
    },
  });
});

test('a record that the role may not send is lost, and the log says why', async () => {
  const giveBack = fixture.context.policies.revoke({ action: 'sns:Publish' });
  fixture.plan({ answer: 'done' });
  accept('Told', { n: 6 });
  await eventually(() =>
    expect(fixture.log.join('\n')).toMatch(/Told: unable to keep .*not authorized to perform: sns:Publish/),
  );
  giveBack();
});
