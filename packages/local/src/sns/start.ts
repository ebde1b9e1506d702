import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { overHttp } from '#answer';
import type { Stack } from '#assembly/stack';
import { elementsOf, type QueryCall, QueryError, serveAwsQuery } from '#aws-query/serve-aws-query';
import type { Context, Service } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Xml } from '#s3/xml';
import type { MessageAttributes } from '#sqs/attributes';
import { deduplicationInterval, type Fifo, openFifo } from '#sqs/fifo';
import type { Targets } from '#targets/targets';
import { deliver } from './deliver.ts';
import type { Attribute } from './notification.ts';
import { checkPublish, type Published, readPublish, sizeOf } from './read-publish.ts';
import { readTopics, type Topic } from './topics.ts';

/** The stack's topics, for services inside the runtime. */
export interface Topics {
  /** Publishes as this principal, which needs `sns:Publish`. @throws Error with AWS's sentence */
  publish(
    topicArn: string,
    message: { message: string; subject?: string; attributes?: MessageAttributes },
    principal: Principal,
  ): Promise<void>;
}

export type Sns = Service & Topics;

/** SNS's limits for a batch. */
const maxEntries = 10;
const maxBatchBytes = 256 * 1024;

/**
 * The template's topics under `/_aws/sns`: Publish and PublishBatch, to functions and queues.
 * Source: https://docs.aws.amazon.com/sns/latest/api/Welcome.html
 * @throws BrokenStack
 */
export async function startSns(context: Context, targets: Targets): Promise<Sns> {
  const folder = join(context.dataDirectory, 'sns');
  const fifos = new Map<string, Fifo>();
  let read: { stack: Stack; topics: Topic[] } | undefined;
  /** Read again after a reload. */
  const topics = (): Topic[] => {
    if (read?.stack !== context.stack) read = { stack: context.stack, topics: readTopics(context.stack) };
    return read.topics;
  };
  const find = (topicArn: string): Topic => {
    const found = topics().find(({ arn }) => arn === topicArn);
    if (!found) throw new QueryError('NotFound', 'Topic does not exist', 404);
    return found;
  };
  const fifoOf = ({ arn, name, fifo }: Topic): Fifo | undefined => {
    if (!fifo) return undefined;
    mkdirSync(folder, { recursive: true });
    const interval = deduplicationInterval / context.timeScale;
    const opened = fifos.get(arn) ?? openFifo(folder, name, { ...fifo, interval }, context.clock);
    fifos.set(arn, opened);
    return opened;
  };
  const publish = async (topic: Topic, published: Published) => {
    checkPublish(topic, published);
    const { message, groupId, subject, attributes } = published;
    const fifo = fifoOf(topic);
    const asked = { body: message, groupId, deduplicationId: published.deduplicationId };
    const before = fifo?.sentBefore(asked);
    if (before) return { id: before.id, sequenceNumber: before.sequenceNumber };
    const time = context.clock.now();
    const id = randomUUID();
    const sequenceNumber = fifo?.nextSequenceNumber();
    const deduplicationId = fifo?.deduplicationId(asked);
    fifo?.remember({ id, ...asked, deduplicationId, sequenceNumber, sentAt: time, visibleAt: time, receiveCount: 0 });
    context.counters.count('sns.Publish');
    const rest = { subject, attributes, time, groupId, deduplicationId, sequenceNumber };
    const notification = { id, topicArn: topic.arn, message, ...rest };
    await deliver(context, targets, topic, notification, published.perProtocol);
    return { id, sequenceNumber };
  };

  const run = async ({ operation, fields, authorize }: QueryCall): Promise<Xml[]> => {
    if (operation === 'ListTopics') {
      authorize('sns:ListTopics', '*');
      return [['Topics', topics().map(({ arn }): Xml => ['member', [['TopicArn', arn]]])]];
    }
    const topicArn = fields.get('TopicArn') ?? fields.get('TargetArn');
    const action = operation.replace(/Batch$/, '');
    if (!served.includes(operation)) {
      throw new QueryError('InvalidAction', `${operation || 'a request without Action'} is not served locally`);
    }
    if (!topicArn)
      throw new QueryError(
        'InvalidParameter',
        'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
      );
    authorize(`sns:${action}`, topicArn);
    const topic = find(topicArn);
    if (operation === 'ListSubscriptionsByTopic') {
      return [
        ['Subscriptions', topic.subscriptions.map((one): Xml => ['member', describe(one, topic, context.stack)])],
      ];
    }
    if (operation === 'GetTopicAttributes') {
      const attributes = { TopicArn: topic.arn, DisplayName: topic.displayName, Owner: context.stack.account };
      return [['Attributes', entries({ ...attributes, ...(topic.fifo && { FifoTopic: 'true' }) })]];
    }
    if (operation === 'Publish') {
      const { id, sequenceNumber } = await publish(topic, readPublish(fields));
      return [
        ['MessageId', id],
        ['SequenceNumber', sequenceNumber],
      ];
    }
    return publishBatch(topic, elementsOf(fields, 'PublishBatchRequestEntries'));
  };
  /** Each entry succeeds or fails by itself. https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html */
  const publishBatch = async (topic: Topic, requested: ReturnType<typeof elementsOf>): Promise<Xml[]> => {
    const ids = requested.map((entry) => entry.get('Id') ?? '');
    if (ids.length === 0) throw new QueryError('EmptyBatchRequest', 'The batch request doesn’t contain any entries.');
    if (ids.length > maxEntries) {
      throw new QueryError('TooManyEntriesInBatchRequest', 'The batch request contains more entries than permissible.');
    }
    if (new Set(ids).size < ids.length) {
      throw new QueryError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
    }
    const read = requested.map(readPublish);
    if (read.reduce((sum, one) => sum + sizeOf(one), 0) > maxBatchBytes) {
      throw new QueryError(
        'BatchRequestTooLong',
        'The length of all the messages put together is more than the limit.',
      );
    }
    const [successful, failed]: [Xml[], Xml[]] = [[], []];
    for (const [index, one] of read.entries()) {
      const Id: Xml = ['Id', ids[index]];
      try {
        const { id, sequenceNumber } = await publish(topic, one);
        successful.push(['member', [Id, ['MessageId', id], ['SequenceNumber', sequenceNumber]]]);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        const reason: Xml[] = [
          ['Code', error.code],
          ['Message', error.message],
        ];
        failed.push(['member', [Id, ...reason, ['SenderFault', true]]]);
      }
    }
    return [
      ['Successful', successful],
      ['Failed', failed],
    ];
  };

  // Read now, so that a broken subscription fails the start and not the first message.
  topics();
  const answer = serveAwsQuery(context, {
    signingName: 'sns',
    namespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    // Everything may be percent-encoded.
    maxBodyBytes: 3 * 1024 * 1024,
    run,
  });
  return {
    answer,
    handle: overHttp(answer),
    async publish(topicArn, { message, subject, attributes = {} }, principal) {
      const decision = context.policies.authorize(principal, 'sns:Publish', topicArn);
      if (!decision.allowed) throw new Error(decision.message);
      const own = Object.entries(attributes).map(
        ([name, { DataType: type, StringValue, BinaryValue }]): [string, Attribute] => [
          name,
          { type, value: StringValue ?? BinaryValue ?? '' },
        ],
      );
      await publish(find(topicArn), { message, subject, perProtocol: false, attributes: new Map(own) });
    },
    async stop() {},
  };
}

const served = ['Publish', 'PublishBatch', 'ListSubscriptionsByTopic', 'GetTopicAttributes'];

function describe(
  { arn, protocol, endpoint }: Topic['subscriptions'][number],
  topic: Topic,
  { account }: Stack,
): Xml[] {
  return [
    ['SubscriptionArn', arn],
    ['Owner', account],
    ['Protocol', protocol],
    ['Endpoint', endpoint],
    ['TopicArn', topic.arn],
  ];
}

function entries(values: Readonly<Record<string, string>>): Xml[] {
  return Object.entries(values).map(
    ([key, value]): Xml => [
      'entry',
      [
        ['key', key],
        ['value', value],
      ],
    ],
  );
}
