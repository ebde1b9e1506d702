import { z } from 'zod';
import { BrokenStack } from '#assembly/broken-stack';
import type { Stack } from '#assembly/stack';
import { splitOnce } from '#text';

const Destination = z.object({ Destination: z.string() }).optional();

/** Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html */
const Properties = z.looseObject({
  FunctionName: z.string(),
  Qualifier: z.string(),
  MaximumRetryAttempts: z.coerce.number().int().min(0).max(2).default(2),
  MaximumEventAgeInSeconds: z.coerce.number().int().min(60).max(21_600).default(21_600),
  DestinationConfig: z.object({ OnFailure: Destination, OnSuccess: Destination }).default({}),
});
const DeadLetterConfig = z.object({ TargetArn: z.string() }).optional();

/** Settings of asynchronous invocations. */
export type EventInvokeConfig = Readonly<ReturnType<typeof eventInvokeConfig>>;

/** @throws BrokenStack */
export function eventInvokeConfig(stack: Stack, functionId: string) {
  const [id, qualifier] = splitOnce(functionId, ':');
  const names = [stack.ref(id), stack.arn(id)];
  const resource = stack
    .ofType('AWS::Lambda::EventInvokeConfig')
    .find(
      ({ properties }) =>
        names.includes(String(properties.FunctionName)) && properties.Qualifier === (qualifier || '$LATEST'),
    );
  const parsed = Properties.safeParse(resource?.properties ?? { FunctionName: functionId, Qualifier: '$LATEST' });
  if (!parsed.success) {
    throw new BrokenStack(`unable to read ${resource?.logicalId}; ${z.prettifyError(parsed.error)}`);
  }
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig } = parsed.data;
  return {
    retries: MaximumRetryAttempts,
    /** Seconds after which an event is discarded. */
    maximumAge: MaximumEventAgeInSeconds,
    /** ARNs of what gets a record of every discarded event, and of every other: a queue, topic, function or bus. */
    onFailure: DestinationConfig.OnFailure?.Destination,
    onSuccess: DestinationConfig.OnSuccess?.Destination,
    /** ARN of the queue or topic that gets the discarded event itself: the older way. */
    deadLetterArn: DeadLetterConfig.parse(stack.find(id)?.properties.DeadLetterConfig)?.TargetArn,
  };
}
