import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import { stackFromTemplate } from '#assembly/stack';
import { readRules } from '#events/rules';
import { eventually } from '../dynamodb/eventually.ts';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';
import { startEventServices } from './services.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const rule = (EventPattern: object, targets: object[], more: object = {}) => ({
  Type: 'AWS::Events::Rule',
  Properties: {
    EventPattern,
    Targets: targets.map((target, index) => ({ Id: `Target${index}`, ...target })),
    ...more,
  },
});
const source = (name: string) => ({ source: [name] });
const queues = ['Whole', 'Part', 'Filled', 'Text', 'Constant', 'Walked', 'Ordered', 'Lost'];
const allow = (Type: string, Action: string, Resource: object) => ({
  Type,
  Properties: {
    PolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action, Resource }],
    },
  },
});

let fixture: Awaited<ReturnType<typeof startContext>>;
let services: Awaited<ReturnType<typeof startEventServices>>;
let client: EventBridgeClient;
let own: EventBridgeClient;

beforeAll(async () => {
  fixture = await startContext(({ seen, plan }) => ({
    Resources: {
      Shop: { Type: 'AWS::Events::EventBus', Properties: { Name: 'shop' } },
      ...Object.fromEntries(
        queues.map((id) => [
          id,
          {
            Type: 'AWS::SQS::Queue',
            Properties: { FifoQueue: id === 'Ordered', ContentBasedDeduplication: id === 'Ordered' },
          },
        ]),
      ),
      ...Object.fromEntries(
        queues.map((id) => [`${id}Policy`, allow('AWS::SQS::QueuePolicy', 'sqs:SendMessage', arnOf(id))]),
      ),
      Closed: { Type: 'AWS::SQS::Queue' },
      News: { Type: 'AWS::SNS::Topic' },
      NewsPolicy: allow('AWS::SNS::TopicPolicy', 'sns:Publish', { Ref: 'News' }),
      ToWalked: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'News' }, Protocol: 'sqs', Endpoint: arnOf('Walked'), RawMessageDelivery: true },
      },
      WalkedByTopic: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          PolicyDocument: {
            Statement: {
              Effect: 'Allow',
              Principal: { Service: 'sns.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: arnOf('Walked'),
            },
          },
        },
      },
      OnOrder: rule({ source: ['shop'], 'detail-type': ['order'], detail: { price: [{ numeric: ['>', 10] }] } }, [
        { Arn: arnOf('Worker') },
        { Arn: arnOf('Whole') },
        { Arn: arnOf('Part'), InputPath: '$.detail.items[0].name' },
        {
          Arn: arnOf('Filled'),
          InputTransformer: {
            InputPathsMap: {
              id: '$.id',
              name: '$.detail.items[0].name',
              all: '$.detail.items[*].name',
              none: '$.detail.no',
            },
            InputTemplate:
              '{"name": <name>, "all": <all>, "text": "<name> of <aws.events.rule-name>", "none": <none>, "event": <aws.events.event.json>}',
          },
        },
        {
          Arn: arnOf('Text'),
          InputTransformer: { InputPathsMap: { price: '$.detail.price' }, InputTemplate: '"It costs <price>."' },
        },
        { Arn: arnOf('Constant'), Input: '{"constant":true}' },
        { Arn: { Ref: 'News' } },
        { Arn: arnOf('Ordered'), SqsParameters: { MessageGroupId: 'orders' } },
        { Arn: arnOf('Closed'), DeadLetterConfig: { Arn: arnOf('Lost') } },
        { Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:x', RoleArn: 'arn:aws:iam::000000000000:role/x' },
      ]),
      OnShop: rule(source('shop'), [{ Arn: arnOf('Whole') }], { EventBusName: { Ref: 'Shop' } }),
      Off: rule(source('off'), [{ Arn: arnOf('Whole') }], { State: 'DISABLED' }),
      Forwarded: rule(source('forward'), [{ Arn: arnOf('Shop') }]),
      OnForwarded: rule(source('forward'), [{ Arn: arnOf('Whole') }], { EventBusName: { Ref: 'Shop' } }),
      WorkerRole: role([], {
        more: [
          {
            Effect: 'Allow',
            Action: 'events:PutEvents',
            Resource: arnOf('Shop'),
            Condition: { StringEquals: { 'events:source': 'shop' } },
          },
        ],
      }),
      Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
      WorkerPermission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: arnOf('Worker'),
          Principal: 'events.amazonaws.com',
          SourceArn: arnOf('OnOrder'),
        },
      },
    },
  }));
  services = await startEventServices(fixture.context, fixture.serve);
  const { origin, stack } = fixture.context;
  const options = { region: stack.region, endpoint: `${origin}/_aws/events` };
  client = new EventBridgeClient({ ...options, credentials: fixture.root() });
  own = new EventBridgeClient({ ...options, credentials: fixture.worker() });
});
afterAll(async () => {
  client?.destroy();
  own?.destroy();
  await services?.stop();
  await fixture?.stop();
});

const put = (entry: Partial<PutEventsRequestEntry>, by = client) =>
  by.send(new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'order', Detail: '{}', ...entry }] }));
const order = { price: 12, items: [{ name: 'a "b"' }, { name: 'c' }] };
const names = (name: string, message = '') =>
  expect.objectContaining({ name, message: expect.stringContaining(message) });
/** The texts in a queue, which are taken out. */
function take(id: string) {
  const queue = services.queues.open(fixture.context.stack.arn(id));
  return queue.receive({ most: 10, visibilityTimeout: 60 }).map((message) => {
    queue.remove(message.ReceiptHandle);
    return message;
  });
}
const texts = (id: string) => take(id).map(({ Body }) => Body);

describe('an event that matches a rule', () => {
  test('reaches functions, queues and topics: whole, in part, as a template says, or as a constant', async () => {
    const { Entries } = await put({
      Detail: JSON.stringify(order),
      Resources: ['r'],
      Time: new Date('2026-11-28T12:00:00Z'),
    });
    const event = {
      version: '0',
      id: Entries?.[0]?.EventId,
      'detail-type': 'order',
      source: 'shop',
      account: fixture.context.stack.account,
      time: '2026-11-28T12:00:00Z',
      region: fixture.context.stack.region,
      resources: ['r'],
      detail: order,
    };
    expect(texts('Whole').map((text) => JSON.parse(text))).toEqual([event]);
    expect(texts('Part')).toEqual(['"a \\"b\\""']);
    const name = fixture.context.stack.ref('OnOrder');
    expect(texts('Filled').map((text) => JSON.parse(text))).toEqual([
      { name: 'a "b"', all: ['a "b"', 'c'], text: `a "b" of ${name}`, none: null, event },
    ]);
    expect(texts('Text')).toEqual(['"It costs 12."']);
    expect(texts('Constant')).toEqual(['{"constant":true}']);
    expect(texts('Walked').map((text) => JSON.parse(text))).toEqual([event]);
    expect(take('Ordered')).toMatchObject([{ Attributes: { MessageGroupId: 'orders' } }]);
    await eventually(() => expect(fixture.batches()).toEqual([event]));
  });

  test('goes to the dead-letter queue of a target that does not allow it, with the reason', async () => {
    take('Lost');
    await put({ Detail: JSON.stringify(order) });
    expect(take('Lost')).toMatchObject([
      {
        MessageAttributes: {
          RULE_ARN: { StringValue: fixture.context.stack.arn('OnOrder') },
          TARGET_ARN: { StringValue: fixture.context.stack.arn('Closed') },
          ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
        },
      },
    ]);
    expect(fixture.log.join('\n')).toMatch(/no resource-based policy allows events\.amazonaws\.com/);
    queues.map(take);
  });

  test('is matched by the rules of its bus alone, and by none that is disabled', async () => {
    await put({ Detail: JSON.stringify({ price: 10 }) });
    await put({ Source: 'off' });
    expect(texts('Whole')).toEqual([]);
    await put({ EventBusName: 'shop' });
    await put({ EventBusName: fixture.context.stack.arn('Shop') });
    expect(texts('Whole')).toHaveLength(2);
  });

  test('is brought to another bus, and matched there', async () => {
    await put({ Source: 'forward', DetailType: 'x' });
    expect(texts('Whole').map((text) => JSON.parse(text))).toMatchObject([{ source: 'forward', 'detail-type': 'x' }]);
  });
});

describe('PutEvents', () => {
  test.each([
    [{ Detail: 'no JSON' }, 'MalformedDetail', 'Detail is malformed.'],
    [{ Source: '' }, 'InvalidArgument', 'Source is a required argument'],
    [{ Source: 'aws.s3' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
  ])('refuses an entry of %o by itself', async (entry, ErrorCode, says) => {
    const { FailedEntryCount, Entries } = await client.send(
      new PutEventsCommand({
        Entries: [
          { Source: 'shop', DetailType: 'order', Detail: '{}', ...entry },
          { Source: 'x', DetailType: 'x', Detail: '{}' },
        ],
      }),
    );
    expect(FailedEntryCount).toBe(1);
    expect(Entries).toMatchObject([
      { ErrorCode, ErrorMessage: expect.stringContaining(says) },
      { EventId: expect.any(String) },
    ]);
  });

  test('needs events:PutEvents on the bus, with the conditions of the policy', async () => {
    await put({ EventBusName: 'shop' }, own);
    await expect(put({}, own)).rejects.toThrow(names('AccessDeniedException', 'events:PutEvents on resource'));
    await expect(put({ EventBusName: 'shop', Source: 'other' }, own)).rejects.toThrow(names('AccessDeniedException'));
  });

  test('takes at most ten entries', async () => {
    const Entries = Array.from({ length: 11 }, () => ({ Source: 'x', DetailType: 'x', Detail: '{}' }));
    await expect(client.send(new PutEventsCommand({ Entries }))).rejects.toThrow(names('ValidationException'));
  });
});

test('targets that are not served are named at the start, and rules are listed', async () => {
  expect(notServed(fixture.context.stack)).toEqual(['not served here: AWS::Events::Rule (to states) OnOrder']);
  const { Rules } = await client.send(new ListRulesCommand({ EventBusName: 'shop' }));
  expect(Rules?.map(({ Arn }) => Arn)).toContain(fixture.context.stack.arn('OnShop'));
});

test.each([
  ['neither pattern nor schedule', {}, 'it has neither EventPattern nor ScheduleExpression'],
  ['a wrong pattern', { EventPattern: { source: 'shop' } }, 'a field needs a list of values'],
  ['a wrong schedule', { ScheduleExpression: 'rate(1 minutes)' }, 'it should be 1 minute'],
  ['a schedule on another bus', { ScheduleExpression: 'rate(1 day)', EventBusName: 'shop' }, 'default event bus'],
])('a rule with %s is refused at the start', (_, properties, says) => {
  const template = { Resources: { Wrong: { Type: 'AWS::Events::Rule', Properties: properties } } };
  const stack = stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1' });
  expect(() => readRules(stack)).toThrow(says);
});
