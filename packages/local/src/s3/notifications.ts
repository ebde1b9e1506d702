import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import { findFunction } from '#lambda/find-function';
import type { Bucket } from './buckets.ts';
import type { ObjectEvent } from './call.ts';

interface Subscription {
  readonly id: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly functionArn: string;
  readonly prefix: string;
  readonly suffix: string;
}

const FilterRules = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

/** The form of the bucket's property. */
const BucketNotifications = z.object({
  NotificationConfiguration: z
    .object({
      LambdaConfigurations: z
        .array(
          z.object({
            Event: z.string(),
            Function: z.string(),
            Filter: z.object({ S3Key: z.object({ Rules: FilterRules }) }).optional(),
          }),
        )
        .default([]),
    })
    .optional(),
});

/** The form of CDK's fromCustomResources resource, which is that of S3's API. */
const CustomNotifications = z.object({
  BucketName: z.string(),
  NotificationConfiguration: z.object({
    LambdaFunctionConfigurations: z
      .array(
        z.object({
          Id: z.string().optional(),
          Events: z.array(z.string()),
          LambdaFunctionArn: z.string(),
          Filter: z.object({ Key: z.object({ FilterRules }) }).optional(),
        }),
      )
      .default([]),
  }),
});

/**
 * Invokes the functions that are subscribed to an event, and resolves when all have run. Each is invoked once, without Lambda's retries of
 * asynchronous invocations.
 */
export async function deliverEvent(context: Context, event: ObjectEvent): Promise<void> {
  const matching = subscriptions(context.stack, event.bucket).filter((subscription) => matches(subscription, event));
  await Promise.all(matching.map((subscription) => invoke(context, subscription, event)));
}

async function invoke(context: Context, subscription: Subscription, event: ObjectEvent): Promise<void> {
  const functionId = findFunction(context.stack, subscription.functionArn);
  if (functionId === undefined || !context.functions.allows(functionId, 's3.amazonaws.com', event.bucket.arn)) {
    context.log(
      `S3 may not invoke ${subscription.functionArn} for ${event.bucket.name}: no permission in the template`,
    );
    return;
  }
  const result = await context.functions.invoke(functionId, {
    Records: [eventRecord(context, subscription, event)],
  });
  if (!result.ok) context.log(`${functionId} failed for s3:${event.name} ${event.key}: ${result.errorMessage}`);
}

function subscriptions(stack: Stack, bucket: Bucket): Subscription[] {
  const fromBucket = BucketNotifications.parse(stack.find(bucket.logicalId)?.properties ?? {});
  const fromCustomResources = stack
    .ofType('Custom::S3BucketNotifications')
    .map(({ properties }) => CustomNotifications.parse(properties))
    .filter(({ BucketName }) => BucketName === bucket.name);
  return [
    ...(fromBucket.NotificationConfiguration?.LambdaConfigurations ?? []).map((configuration) => ({
      id: bucket.logicalId,
      events: [configuration.Event],
      functionArn: configuration.Function,
      ...keyFilter(configuration.Filter?.S3Key.Rules),
    })),
    ...fromCustomResources.flatMap(({ NotificationConfiguration }) =>
      NotificationConfiguration.LambdaFunctionConfigurations.map((configuration) => ({
        id: configuration.Id ?? bucket.logicalId,
        events: configuration.Events,
        functionArn: configuration.LambdaFunctionArn,
        ...keyFilter(configuration.Filter?.Key.FilterRules),
      })),
    ),
  ];
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
        sequencer: now.toString(16).toUpperCase().padStart(18, '0'),
      },
    },
  };
}
