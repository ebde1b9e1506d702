import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import type { Events } from '#events/start';
import type { Principal } from '#iam/access-keys';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import type { Bucket } from './buckets.ts';
import { busEvent } from './bus-event.ts';
import type { ObjectEvent } from './call.ts';

/** Where a bucket's events go. */
export interface EventTargets {
  readonly targets: Targets;
  readonly topics: Topics;
  readonly bus: Pick<Events, 'emit'>;
}

interface Subscription {
  readonly id: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  /** A function, a queue or a topic. */
  readonly targetArn: string;
  readonly prefix: string;
  readonly suffix: string;
}

const FilterRules = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

/** A configuration in the form of the bucket's property. @param target the name of the field with the target's ARN */
const inBucket = <Target extends string>(target: Target) =>
  z
    .array(
      z
        .looseObject({ Event: z.string(), Filter: z.object({ S3Key: z.object({ Rules: FilterRules }) }).optional() })
        .transform(({ Event, Filter, [target]: arn }) => ({
          id: undefined,
          events: [Event],
          targetArn: String(arn),
          rules: Filter?.S3Key.Rules,
        })),
    )
    .default([]);

/** The same in the form of S3's API, which is that of CDK's custom resource. */
const inApi = (target: string) =>
  z
    .array(
      z
        .looseObject({
          Id: z.string().optional(),
          Events: z.array(z.string()),
          Filter: z.object({ Key: z.object({ FilterRules }) }).optional(),
        })
        .transform(({ Id, Events, Filter, [target]: arn }) => ({
          id: Id,
          events: Events,
          targetArn: String(arn),
          rules: Filter?.Key.FilterRules,
        })),
    )
    .default([]);

const BucketNotifications = z.object({
  NotificationConfiguration: z
    .object({
      LambdaConfigurations: inBucket('Function'),
      QueueConfigurations: inBucket('Queue'),
      TopicConfigurations: inBucket('Topic'),
      EventBridgeConfiguration: z.object({ EventBridgeEnabled: z.boolean().default(true) }).optional(),
    })
    .optional(),
});

const CustomNotifications = z.object({
  BucketName: z.string(),
  NotificationConfiguration: z.object({
    LambdaFunctionConfigurations: inApi('LambdaFunctionArn'),
    QueueConfigurations: inApi('QueueArn'),
    TopicConfigurations: inApi('TopicArn'),
    EventBridgeConfiguration: z.object({}).optional(),
  }),
});

/**
 * Brings an event to the functions, queues and topics that are subscribed to it, and to EventBridge. Functions are invoked asynchronously,
 * with Lambda's retries. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
export async function deliverEvent(context: Context, to: EventTargets, event: ObjectEvent): Promise<void> {
  const { subscribed, toBus } = notifications(context.stack, event.bucket);
  const matching = subscribed.filter((subscription) => matches(subscription, event));
  for (const subscription of matching) {
    await deliver(context, to, subscription, event).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      context.log(`S3 could not bring an event of ${event.bucket.name} to ${subscription.targetArn}: ${reason}`);
    });
  }
  if (toBus) await to.bus.emit(busEvent(context, event));
}

async function deliver(context: Context, to: EventTargets, subscription: Subscription, event: ObjectEvent) {
  const { targetArn } = subscription;
  const principal: Principal = { kind: 'service', service: 's3.amazonaws.com', arn: event.bucket.arn };
  const document = { Records: [eventRecord(context, subscription, event)] };
  if (targetArn.startsWith('arn:aws:sqs:')) {
    await to.targets.send(targetArn, { body: JSON.stringify(document) }, principal);
  } else if (targetArn.startsWith('arn:aws:sns:')) {
    const message = { message: JSON.stringify(document), subject: 'Amazon S3 Notification' };
    await to.topics.publish(targetArn, message, principal);
  } else to.targets.invoke(targetArn, document, principal);
}

function notifications(stack: Stack, bucket: Bucket): { subscribed: Subscription[]; toBus: boolean } {
  const { NotificationConfiguration: own } = BucketNotifications.parse(stack.find(bucket.logicalId)?.properties ?? {});
  const custom = stack
    .ofType('Custom::S3BucketNotifications')
    .map(({ properties }) => CustomNotifications.parse(properties))
    .filter(({ BucketName }) => BucketName === bucket.name)
    .map(({ NotificationConfiguration }) => NotificationConfiguration);
  const listed = [
    ...[own?.LambdaConfigurations ?? [], own?.QueueConfigurations ?? [], own?.TopicConfigurations ?? []],
    ...custom.flatMap((one) => [one.LambdaFunctionConfigurations, one.QueueConfigurations, one.TopicConfigurations]),
  ].flat();
  return {
    subscribed: listed.map(({ id = bucket.logicalId, rules, ...rest }) => ({ id, ...rest, ...keyFilter(rules) })),
    toBus:
      own?.EventBridgeConfiguration?.EventBridgeEnabled === true ||
      custom.some(({ EventBridgeConfiguration }) => EventBridgeConfiguration !== undefined),
  };
}

function keyFilter(rules: z.infer<typeof FilterRules> = []): Pick<Subscription, 'prefix' | 'suffix'> {
  const rule = (name: string): string => rules.find(({ Name }) => Name.toLowerCase() === name)?.Value ?? '';
  return { prefix: rule('prefix'), suffix: rule('suffix') };
}

function matches({ events, prefix, suffix }: Subscription, { name, key }: ObjectEvent): boolean {
  const [group = ''] = name.split(':');
  const subscribed = events.some((event) => event === `s3:${name}` || event === `s3:${group}:*`);
  return subscribed && key.startsWith(prefix) && key.endsWith(suffix);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function eventRecord(context: Context, subscription: Subscription, event: ObjectEvent) {
  const now = context.clock.now();
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: context.stack.region,
    eventTime: new Date(now).toISOString(),
    eventName: event.name,
    userIdentity: { principalId: `AWS:${event.principal.arn}` },
    requestParameters: { sourceIPAddress: event.sourceAddress },
    responseElements: { 'x-amz-request-id': event.requestId, 'x-amz-id-2': event.requestId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: subscription.id,
      bucket: { name: event.bucket.name, ownerIdentity: { principalId: context.stack.account }, arn: event.bucket.arn },
      object: {
        // Encoded as in a query: a space becomes a plus sign, and slashes stay.
        key: encodeURIComponent(event.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        size: event.object?.size,
        eTag: event.object?.etag,
        versionId: event.version,
        sequencer: now.toString(16).toUpperCase().padStart(18, '0'),
      },
    },
  };
}
