import { isServedTarget } from '#assembly/served-targets';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { Topics } from '#sns/start';
import type { Targets } from '#targets/targets';
import { parseJson } from '#text';

/** Where events go. */
export interface To {
  readonly targets: Targets;
  readonly topics: Topics;
  /** Brings an event, as JSON, to another bus. @throws Error */
  forward(busArn: string, text: string): Promise<void>;
}

export interface Delivery {
  readonly targetArn: string;
  /** What the target gets. A function needs JSON. */
  readonly text: string;
  readonly groupId?: string | undefined;
  readonly deadLetterArn?: string | undefined;
  /** The rule or schedule: an ARN. */
  readonly from: string;
}

/**
 * Brings an event to a target. What cannot be delivered goes to the dead-letter queue, or is lost; nothing is tried again, because here a
 * failure is a missing permission or resource, which EventBridge does not try again either.
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export async function deliver(
  context: Pick<Context, 'counters' | 'log'>,
  to: To,
  { targetArn, text, groupId, deadLetterArn, from }: Delivery,
  principal: Principal,
): Promise<void> {
  try {
    if (targetArn.startsWith('arn:aws:lambda:')) {
      const event = parseJson(text);
      if (event === undefined) throw new Error(`the input is not JSON: ${text}`);
      to.targets.invoke(targetArn, event, principal);
    } else if (targetArn.startsWith('arn:aws:sqs:')) {
      await to.targets.send(targetArn, { body: text, groupId }, principal);
    } else if (targetArn.startsWith('arn:aws:sns:')) {
      await to.topics.publish(targetArn, { message: text }, principal);
    } else if (isServedTarget(targetArn)) {
      await to.forward(targetArn, text);
    } else return;
    context.counters.count('events.delivered');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.log(`${from}: an event did not reach ${targetArn}; ${reason}`);
    context.counters.count('events.undelivered');
    if (deadLetterArn === undefined) return;
    const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
    const attributes = {
      RULE_ARN: attribute(from),
      TARGET_ARN: attribute(targetArn),
      ERROR_CODE: attribute('NO_PERMISSIONS'),
      ERROR_MESSAGE: attribute(reason),
      RETRY_ATTEMPTS: { DataType: 'Number', StringValue: '0' },
    };
    await to.targets
      .send(deadLetterArn, { body: text, attributes }, principal)
      .catch((lost: unknown) => context.log(`${from}: unable to keep the event; ${String(lost)}`));
  }
}
