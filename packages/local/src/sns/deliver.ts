import { join } from 'node:path';
import type { Context } from '#context';
import type { Principal } from '#iam/access-keys';
import { writeMail } from '#mail/mail-folder';
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
  context: Pick<Context, 'clock' | 'counters' | 'dataDirectory' | 'log'>,
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
      else if (protocol.startsWith('email')) await mail(context, topic, own, subscription);
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

/** An address counts as one that has confirmed. https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html */
async function mail(
  { clock, dataDirectory, log }: Pick<Context, 'clock' | 'dataDirectory' | 'log'>,
  { name, displayName }: Topic,
  notification: Notification,
  { endpoint: to, protocol, arn }: Subscription,
): Promise<void> {
  const { subject = displayName || 'AWS Notification Message', message } = notification;
  const text = protocol === 'email-json' ? queueBody(notification, arn) : message;
  const path = await writeMail(join(dataDirectory, 'mail'), { to, subject, text, time: clock.now(), about: name });
  log(`mail for ${to}: ${subject} (${path})`);
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
