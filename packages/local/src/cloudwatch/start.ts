import { z } from 'zod';
import { overHttp } from '#answer';
import { AwsError } from '#aws-json/aws-error';
import { serveAwsJson } from '#aws-json/serve-aws-json';
import type { Context, Service } from '#context';
import type { Topics } from '#sns/start';
import type { QueueDepth } from '#sqs/start';
import type { Targets } from '#targets/targets';
import { type Alarms, createAlarms } from './alarms.ts';
import { operations } from './operations.ts';

export interface CloudWatch extends Service {
  readonly alarms: Pick<Alarms, 'evaluate' | 'history'>;
}

/**
 * CloudWatch's metrics and alarms under `/_aws/cloudwatch`: those of the account's services, of log lines, and those that are put.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/WhatIsCloudWatch.html
 * @throws BrokenStack for an alarm that cannot be read
 */
export async function startCloudWatch(
  context: Context,
  to: { targets: Targets; topics: Topics; queues: () => readonly QueueDepth[] },
): Promise<CloudWatch> {
  const { metrics, policies, clock } = context;
  /** SQS's metrics are what a queue has at a moment, not what happened. */
  const refresh = () => {
    const now = clock.now();
    for (const { name, visible, hidden, oldestAt } of to.queues()) {
      const record = (metric: string, value: number, unit = 'Count') =>
        metrics.record({ namespace: 'AWS/SQS', name: metric, dimensions: { QueueName: name } }, value, { unit });
      record('ApproximateNumberOfMessagesVisible', visible);
      record('ApproximateNumberOfMessagesNotVisible', hidden);
      const age = oldestAt === undefined ? 0 : Math.floor(((now - oldestAt) * context.timeScale) / 1000);
      record('ApproximateAgeOfOldestMessage', age, 'Seconds');
    }
  };
  const alarms = createAlarms(context, metrics, { ...to, refresh });
  const answer = serveAwsJson(context, {
    signingName: 'monitoring',
    targetPrefix: 'GraniteServiceVersion20100801.',
    version: '1.0',
    maxBodyBytes: 1024 * 1024,
    errors: { invalid: (error) => new AwsError('InvalidParameterValueException', z.prettifyError(error)) },
    async run(call) {
      const run = operations[call.operation];
      if (!run) throw call.notServed();
      const conditions = { 'cloudwatch:namespace': String(call.input.Namespace ?? '') };
      const decision = policies.authorize(call.signer(), `cloudwatch:${call.operation}`, '*', conditions);
      if (!decision.allowed) throw new AwsError('AccessDenied', decision.message, { status: 403 });
      context.counters.count(`cloudwatch.${call.operation}`);
      return { body: run({ context, store: metrics, alarms, refresh }, call.input) };
    },
  });
  return {
    alarms,
    answer,
    handle: overHttp(answer),
    async stop() {
      alarms.stop();
    },
  };
}
