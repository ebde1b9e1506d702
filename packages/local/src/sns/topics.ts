import { z } from 'zod';
import { BrokenStack, parseOrBroken } from '#assembly/broken-stack';
import type { Resource, Stack } from '#assembly/stack';
import { type Filter, readPattern } from '#patterns/pattern';
import { isObject, parseJson } from '#text';

const flag = z.preprocess(
  (value) => (typeof value === 'string' ? value === 'true' : value),
  z.boolean().default(false),
);
const json = <T extends z.ZodType>(shape: T) =>
  z.preprocess((value) => (typeof value === 'string' ? parseJson(value) : value), shape);

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topic.html */
const TopicProperties = z.object({
  DisplayName: z.string().optional(),
  FifoTopic: flag,
  ContentBasedDeduplication: flag,
  FifoThroughputScope: z.enum(['Topic', 'MessageGroup']).default('Topic'),
  Subscription: z.array(z.object({ Endpoint: z.string(), Protocol: z.string() })).default([]),
});

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-subscription.html */
const SubscriptionProperties = z.object({
  TopicArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string(),
  FilterPolicy: json(z.record(z.string(), z.unknown()).optional()),
  FilterPolicyScope: z.enum(['MessageAttributes', 'MessageBody']).default('MessageAttributes'),
  RawMessageDelivery: flag,
  RedrivePolicy: json(z.object({ deadLetterTargetArn: z.string() }).optional()),
});

export interface Subscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** Whether the message is for this subscriber: its attributes or its body, as the scope says. Undefined: all are. */
  readonly filter: Filter | undefined;
  readonly filtersBody: boolean;
  readonly raw: boolean;
  readonly deadLetterArn: string | undefined;
}

/** An `AWS::SNS::Topic` with its subscriptions. */
export interface Topic {
  readonly logicalId: string;
  readonly arn: string;
  readonly name: string;
  readonly displayName: string;
  readonly fifo: { readonly contentBased: boolean; readonly perGroup: boolean } | undefined;
  readonly subscriptions: readonly Subscription[];
}

/** @throws BrokenStack for a subscription that SNS refuses on deployment */
export function readTopics(stack: Stack): Topic[] {
  const subscriptions = stack.ofType('AWS::SNS::Subscription').map((resource) => ({
    resource,
    properties: parseOrBroken(
      SubscriptionProperties,
      resource.properties,
      `serve the subscription ${resource.logicalId}`,
    ),
  }));
  return stack.ofType('AWS::SNS::Topic').map((resource) => {
    const arn = stack.arn(resource.logicalId);
    const topic = parseOrBroken(TopicProperties, resource.properties, `serve the topic ${resource.logicalId}`);
    const own = topic.Subscription.map((one, index) => ({ ...one, arn: `${arn}:${index}`, owner: resource.logicalId }));
    const others = subscriptions
      .filter(({ properties }) => properties.TopicArn === arn)
      .map((one) => readSubscription(stack, one.resource, one.properties));
    const all = [
      ...own.map(({ Endpoint, Protocol, arn }) => ({ ...plain, arn, protocol: Protocol, endpoint: Endpoint })),
      ...others,
    ];
    for (const { protocol, endpoint } of all) {
      if (protocol === 'sqs' && endpoint.endsWith('.fifo') && !topic.FifoTopic) {
        throw new BrokenStack(
          `unable to subscribe ${endpoint} to ${resource.logicalId}; FIFO SQS Queues can not be subscribed to standard SNS topics`,
        );
      }
    }
    return {
      logicalId: resource.logicalId,
      arn,
      name: arn.split(':').at(-1) ?? arn,
      displayName: topic.DisplayName ?? '',
      fifo: topic.FifoTopic
        ? { contentBased: topic.ContentBasedDeduplication, perGroup: topic.FifoThroughputScope === 'MessageGroup' }
        : undefined,
      subscriptions: all,
    };
  });
}

const plain = { filter: undefined, filtersBody: false, raw: false, deadLetterArn: undefined };

function readSubscription(
  stack: Stack,
  { logicalId }: Resource,
  properties: z.infer<typeof SubscriptionProperties>,
): Subscription {
  const { FilterPolicy, FilterPolicyScope, Protocol, Endpoint, RawMessageDelivery, RedrivePolicy } = properties;
  const filtersBody = FilterPolicyScope === 'MessageBody';
  if (!filtersBody && Object.entries(FilterPolicy ?? {}).some(([key, value]) => key !== '$or' && isObject(value))) {
    throw new BrokenStack(
      `unable to serve the subscription ${logicalId}; Filter policy scope MessageAttributes does not support nested filter policy`,
    );
  }
  return {
    arn: stack.ref(logicalId),
    protocol: Protocol,
    endpoint: Endpoint,
    filter: FilterPolicy && Object.keys(FilterPolicy).length > 0 ? readFilter(logicalId, FilterPolicy) : undefined,
    filtersBody,
    raw: RawMessageDelivery,
    deadLetterArn: RedrivePolicy?.deadLetterTargetArn,
  };
}

function readFilter(logicalId: string, policy: object): Filter {
  try {
    return readPattern(JSON.stringify(policy), 'topic');
  } catch (error) {
    throw new BrokenStack(
      `unable to serve the subscription ${logicalId}; ${error instanceof Error ? error.message : ''}`,
    );
  }
}
