import { z } from 'zod';
import { isObject, parseJson } from '#text';

/** An attribute of a message. A binary value is base64. */
export interface Attribute {
  readonly type: string;
  readonly value: string;
}

/** A message to a topic's subscribers. */
export interface Notification {
  readonly id: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject: string | undefined;
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly sequenceNumber?: string | undefined;
}

/** Nobody here has AWS's certificate: who checks a notification's signature refuses it. */
const signature = Buffer.from('not signed by the local runtime').toString('base64');

/** The fields that all subscribers get, in AWS's order. `url`: how the subscriber's format ends these names. */
function fields(notification: Notification, subscriptionArn: string, url: 'URL' | 'Url') {
  const { id, topicArn, message, subject, time, sequenceNumber } = notification;
  const [, , , region] = topicArn.split(':');
  const host = `https://sns.${region}.amazonaws.com`;
  return {
    Type: 'Notification',
    MessageId: id,
    ...(sequenceNumber && { SequenceNumber: sequenceNumber }),
    TopicArn: topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: message,
    Timestamp: new Date(time).toISOString(),
    SignatureVersion: '1',
    Signature: signature,
    [`SigningCert${url}`]: `${host}/SimpleNotificationService-0000000000000000000000000000000.pem`,
    [`Unsubscribe${url}`]: `${host}/?Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`,
  };
}

const attributeFields = ({ attributes }: Notification) =>
  Object.fromEntries([...attributes].map(([name, { type, value }]) => [name, { Type: type, Value: value }]));

/** The body of a queue's message without raw delivery. https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html */
export function queueBody(notification: Notification, subscriptionArn: string): string {
  const MessageAttributes = attributeFields(notification);
  return JSON.stringify(
    {
      ...fields(notification, subscriptionArn, 'URL'),
      ...(notification.attributes.size > 0 && { MessageAttributes }),
    },
    undefined,
    2,
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function functionEvent(notification: Notification, subscriptionArn: string): object {
  const { subject = null } = notification;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: {
          ...fields(notification, subscriptionArn, 'Url'),
          Subject: subject,
          MessageAttributes: attributeFields(notification),
        },
      },
    ],
  };
}

const Texts = z.record(z.string(), z.unknown());

/** The text for one protocol, where `MessageStructure` is `json`. @returns undefined when the message is no such JSON */
export function textFor(message: string, protocol: string): string | undefined {
  const texts = Texts.safeParse(parseJson(message)).data ?? {};
  const text = typeof texts[protocol] === 'string' ? texts[protocol] : texts.default;
  return typeof text === 'string' ? text : undefined;
}

/**
 * What a filter policy sees of a message. Undefined: it sees nothing, so that the message is for nobody who filters.
 * Source: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
 */
export function filtered({ attributes, message }: Notification, body: boolean): object | undefined {
  if (body) {
    const value = parseJson(message);
    return isObject(value) ? value : undefined;
  }
  const values = [...attributes].flatMap(([name, { type, value }]): [string, unknown][] => {
    if (type === 'String.Array') return [[name, parseJson(value) ?? value]];
    if (type.startsWith('Number')) return [[name, Number(value)]];
    return type.startsWith('String') ? [[name, value]] : [];
  });
  return Object.fromEntries(values);
}
