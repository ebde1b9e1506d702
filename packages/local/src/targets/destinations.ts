import type { Events } from '#events/start';
import type { Destinations } from '#lambda/async-queue';
import type { Topics } from '#sns/start';
import type { Targets } from './targets.ts';

/**
 * Destinations of every kind.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @param to asked when it is needed, because these services are made after Lambda's queue
 */
export function createDestinations(
  to: () => { targets: Targets; topics: Topics; bus: Pick<Events, 'putAs'> },
): Destinations {
  return {
    async send(arn, record, principal) {
      const { targets, topics, bus } = to();
      if (arn.startsWith('arn:aws:lambda:')) targets.invoke(arn, record, principal);
      else if (arn.startsWith('arn:aws:sns:'))
        await topics.publish(arn, { message: JSON.stringify(record) }, principal);
      else if (arn.startsWith('arn:aws:events:')) {
        const { functionArn, condition } = record.requestContext;
        const outcome = condition === 'Success' ? 'Success' : 'Failure';
        const type = `Lambda Function Invocation Result - ${outcome}`;
        const parts = { source: 'lambda', 'detail-type': type, resources: [functionArn, arn], detail: { ...record } };
        await bus.putAs(arn, parts, principal);
      } else await targets.send(arn, { body: JSON.stringify(record) }, principal);
    },
    async sendDeadLetter(arn, message, principal) {
      const { targets, topics } = to();
      if (arn.startsWith('arn:aws:sns:')) await topics.publish(arn, { message: message.body }, principal);
      else await targets.send(arn, message, principal);
    },
  };
}
