import { z } from 'zod';
import type { Stack } from '#assembly/stack';
import { withoutHash } from '#calls';
import type { QueueDepth } from '#sqs/start';

export interface DescribedQueue {
  readonly name: string;
  /** Messages that can be received now. */
  readonly waiting: number;
  /** Messages that were received, or that are delayed. */
  readonly hidden: number;
  /** The queues whose messages end here. */
  readonly deadLettersOf: readonly string[];
}

const Redrive = z.looseObject({ RedrivePolicy: z.looseObject({ deadLetterTargetArn: z.string() }) });

export function describeQueues(stack: Stack, depths: readonly QueueDepth[]): DescribedQueue[] {
  const sources = stack.ofType('AWS::SQS::Queue').flatMap(({ logicalId, properties }) => {
    const policy = Redrive.safeParse(properties).data?.RedrivePolicy;
    return policy ? [{ name: withoutHash(logicalId), target: policy.deadLetterTargetArn }] : [];
  });
  return depths.map(({ arn, name, visible, hidden }) => ({
    name: withoutHash(stack.byPhysicalId('AWS::SQS::Queue', arn)?.logicalId ?? name),
    waiting: visible,
    hidden,
    deadLettersOf: sources.filter(({ target }) => target === arn).map((source) => source.name),
  }));
}
