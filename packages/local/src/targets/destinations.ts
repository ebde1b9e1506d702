import type { Context } from '#context';
import type { Events } from '#events/start';
import type { Topics } from '#sns/start';
import type { Queues } from '#sqs/start';
import { isObject, parseJson } from '#text';
import type { Targets } from './targets.ts';

/**
 * Where Lambda sends records of invocations and batches: to queues, topics, functions and buses. The function's role needs
 * `sqs:SendMessage`, `sns:Publish`, `lambda:InvokeFunction` or `events:PutEvents`.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface Destinations extends Pick<Queues, 'send'> {
  /** Lambda itself is needed to make these, so they come later. */
  connect(to: { targets: Targets; topics: Topics; bus: Pick<Events, 'emit'> }): void;
}

export function createDestinations(context: Context, queues: Pick<Queues, 'send'>): Destinations {
  let others: Parameters<Destinations['connect']>[0] | undefined;
  return {
    connect(to) {
      others = to;
    },
    async send(arn, message, principal) {
      const service = arn.split(':')[2];
      if (service === 'sqs' || !others) return queues.send(arn, message, principal);
      const { body, attributes = {} } = typeof message === 'string' ? { body: message } : message;
      if (service === 'sns') return others.topics.publish(arn, { message: body, attributes }, principal);
      if (service === 'lambda') return others.targets.invoke(arn, parseJson(body), principal);
      if (service !== 'events') throw new Error(`${arn} is not served locally as a destination`);
      const decision = context.policies.authorize(principal, 'events:PutEvents', arn);
      if (!decision.allowed) throw new Error(decision.message);
      const detail = parseJson(body);
      const { condition, functionArn } = Object(isObject(detail) ? detail.requestContext : {});
      const outcome = condition === 'Success' ? 'Success' : 'Failure';
      const event = {
        source: 'lambda',
        'detail-type': `Lambda Function Invocation Result - ${outcome}`,
        resources: [arn, String(functionArn)],
        detail,
      };
      await others.bus.emit(event, arn);
    },
  };
}
