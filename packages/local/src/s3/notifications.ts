import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import type { Context } from '#context';
import type { Bucket } from './buckets.ts';
import type { ObjectEvent } from './call.ts';

/** One function's wish to hear of a bucket's events. */
interface Subscription {
  readonly id: string;
  /** `s3:ObjectCreated:*` and the like. */
  readonly events: readonly string[];
  readonly functionArn: string;
  readonly prefix: string;
  readonly suffix: string;
}

const FilterRules = z.array(z.object({ Name: z.string(), Value: z.string() })).default([]);

/** As the bucket's own property writes it. */
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

/** As the CDK's custom resource writes it, which is S3's API. */
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
 * Invokes the functions that are subscribed to an event. One try each: Lambda's own retries of asynchronous invocations are not repeated here.
 * @returns when all have run
 */
export async function deliverEvent(context: Context, event: ObjectEvent): Promise<void> {
  const matching = subscriptions(context.stack, event.bucket).filter((subscription) => fits(subscription, event));
  await Promise.all(matching.map((subscription) => invoke(context, subscription, event)));
}

async function invoke(context: Context, subscription: Subscription, event: ObjectEvent): Promise<void> {
  const target = context.stack.byPhysicalId('AWS::Lambda::Function', subscription.functionArn);
  if (!target || !context.functions.allows(target.logicalId, 's3.amazonaws.com', event.bucket.arn)) {
    context.log(
      `S3 may not invoke ${subscription.functionArn} for ${event.bucket.name}: no permission in the template`,
    );
    return;
  }
  const result = await context.functions.invoke(target.logicalId, { Records: [record(context, subscription, event)] });
  if (!result.ok) context.log(`${target.logicalId} failed for s3:${event.name} ${event.key}: ${result.errorMessage}`);
}

function subscriptions(stack: Stack, bucket: Bucket): Subscription[] {
  const own = BucketNotifications.parse(stack.find(bucket.logicalId)?.properties ?? {});
  const custom = stack
    .ofType('Custom::S3BucketNotifications')
    .map(({ properties }) => CustomNotifications.parse(properties))
    .filter(({ BucketName }) => BucketName === bucket.name);
  return [
    ...(own.NotificationConfiguration?.LambdaConfigurations ?? []).map((configuration) => ({
      id: bucket.logicalId,
      events: [configuration.Event],
      functionArn: configuration.Function,
      ...keyFilter(configuration.Filter?.S3Key.Rules),
    })),
    ...custom.flatMap(({ NotificationConfiguration }) =>
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

function fits({ events, prefix, suffix }: Subscription, { name, key }: ObjectEvent): boolean {
  const [group = ''] = name.split(':');
  const wanted = events.some((wish) => wish === `s3:${name}` || wish === `s3:${group}:*`);
  return wanted && key.startsWith(prefix) && key.endsWith(suffix);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function record(context: Context, subscription: Subscription, event: ObjectEvent) {
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
        // As in a query: a space is a plus sign, a slash stays.
        key: encodeURIComponent(event.key).replaceAll('%20', '+').replaceAll('%2F', '/'),
        ...(event.object ? { size: event.object.size, eTag: event.object.etag } : {}),
        sequencer: now.toString(16).toUpperCase().padStart(18, '0'),
      },
    },
  };
}
