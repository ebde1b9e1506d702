import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import type { NewMessage } from '#sqs/message';
import type { Targets } from '#targets/targets';
import { filtered, functionEvent, type Notification, queueBody, textFor } from './notification.ts';
import type { Subscription, Topic } from './topics.ts';

/**
 * Brings a notification to the subscribers whose filter lets it pass. What cannot be delivered goes to the subscription's dead-letter queue,
 * or is lost. Source: https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
 * @param perProtocol the message has a text for each protocol
 */
export async function deliver(
  context: Pick<Context, 'counters' | 'log'>,
  targets: Targets,
  topic: Topic,
  notification: Notification,
  perProtocol: boolean,
): Promise<void> {
  const principal: Principal = { kind: 'service', service: 'sns.amazonaws.com', arn: topic.arn };
  for (const subscription of topic.subscriptions) {
    const { protocol, endpoint, arn, filter, filtersBody, deadLetterArn } = subscription;
    const message = perProtocol ? (textFor(notification.message, protocol) ?? '') : notification.message;
    const own = { ...notification, message };
    const seen = filter && filtered(own, filtersBody);
    if (filter && (seen === undefined || !filter(seen))) {
      context.counters.count('sns.filtered');
      continue;
    }
    try {
      if (protocol === 'lambda') targets.invoke(endpoint, functionEvent(own, arn), principal);
      else if (protocol === 'sqs') await targets.send(endpoint, toMessage(own, subscription), principal);
      else continue;
      context.counters.count('sns.delivered');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.log(`${topic.logicalId}: a message did not reach ${endpoint}; ${reason}`);
      context.counters.count('sns.undelivered');
      if (deadLetterArn === undefined) continue;
      await targets
        .send(deadLetterArn, toMessage(own, subscription), principal)
        .catch((lost: unknown) => context.log(`${topic.logicalId}: unable to keep the message; ${String(lost)}`));
    }
  }
}

function toMessage(notification: Notification, { raw, arn, endpoint }: Subscription): NewMessage {
  const { message: body, attributes, groupId, deduplicationId } = notification;
  const ids = { groupId, ...(endpoint.endsWith('.fifo') && { deduplicationId }) };
  if (!raw) return { body: queueBody(notification, arn), ...ids };
  return {
    body,
    ...ids,
    attributes: Object.fromEntries(
      [...attributes].map(([name, { type, value }]) => [
        name,
        { DataType: type, ...(type.startsWith('Binary') ? { BinaryValue: value } : { StringValue: value }) },
      ]),
    ),
  };
}
