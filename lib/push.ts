import { Aws, Duration, Stack } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { pushFilters } from '#lambdas/push/filters';
import type { ChatTable } from './chat-table.ts';
import type { PushOptions } from './options.ts';
import { type FunctionSettings, ParleyFunction } from './parley-function.ts';
import { queueConcurrency, queueEncryption } from './queue-encryption.ts';
import type { Settings } from './settings.ts';
import { deadLetterQueue, TableStream } from './table-stream.ts';

export interface PushProps {
  readonly chat: ChatTable;
  /** It gives browsers the key for their subscriptions. */
  readonly http: ParleyFunction;
  readonly push: PushOptions;
  readonly options: FunctionSettings & Pick<Settings, 'concurrency' | 'messageRetentionDays'>;
}

/** Seconds for a batch of ten, sent in parallel: a token and a request for each. */
const sendingTimeout = 30;

/**
 * Pushes to members who are offline. The stream says what to push, and a queue holds one message per device, so that a slow push service
 * delays neither the stream nor other devices.
 */
export class Push extends Construct {
  readonly functions: readonly ParleyFunction[];
  /** It reads the table's stream. */
  readonly plan: ParleyFunction;
  readonly deadLetters: readonly Queue[];

  constructor(scope: Construct, id: string, { chat, http, push, options }: PushProps) {
    super(scope, id);
    const common = { memory: 512, options };
    const plan = new ParleyFunction(this, 'Push', { timeout: 60, ...common });
    const send = new ParleyFunction(this, 'PushSend', {
      timeout: sendingTimeout,
      ...common,
    });
    this.plan = plan;
    this.functions = [plan, send];

    const lost = deadLetterQueue(this, options);
    const queue = new Queue(this, 'Queue', {
      ...queueEncryption(options),
      // AWS recommends six times the function's timeout, so that a throttled batch is not received twice.
      visibilityTimeout: Duration.seconds(6 * sendingTimeout),
      // Longer than five tries with the longest pauses, so that a message that is given up reaches the dead-letter queue.
      retentionPeriod: Duration.hours(4),
      deadLetterQueue: { queue: lost, maxReceiveCount: 5 },
    });

    chat.bind(plan, 'BatchGetItem', 'GetItem', 'Query', 'QueryMembers');
    chat.bind(send, 'GetItem', 'UpdateItem');
    plan.allow(['sqs:SendMessage'], [queue.queueArn]);
    // Lambda itself needs the first three, and uses the function's role. The function needs the last one.
    send.allow(
      ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
      [queue.queueArn],
    );
    for (const fn of [plan, send]) fn.configure({ PUSH_QUEUE_URL: queue.queueUrl });
    this.configure(send, http, push);

    const { deadLetters } = new TableStream(this, 'Messages', {
      table: chat.table,
      to: plan,
      filters: pushFilters,
      options,
    });
    this.deadLetters = [deadLetters, lost];
    new EventSourceMapping(this, 'Mapping', {
      target: send.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      // Lambda would start more than push services accept, and the sockets share the account's concurrency.
      maxConcurrency: queueConcurrency(options, 20),
      reportBatchItemFailures: true,
    });
  }

  private configure(send: ParleyFunction, http: ParleyFunction, { web, fcm }: PushOptions): void {
    const endpoints = web?.endpoints.join(',');
    send.configure({
      PUSH_WEB_SECRET: web?.secret,
      PUSH_PUBLIC_KEY: web?.publicKey,
      PUSH_SUBJECT: web?.subject,
      PUSH_ENDPOINTS: endpoints,
      PUSH_FCM_SECRET: fcm?.secret,
      PUSH_FCM_URL: fcm?.url,
    });
    http.configure({
      PUSH_PUBLIC_KEY: web?.publicKey,
      PUSH_ENDPOINTS: endpoints,
      PUSH_FCM: fcm && 'true',
    });
    const { region, account } = Stack.of(this);
    const secrets = [web?.secret, fcm?.secret].filter((name) => name !== undefined);
    send.allow(
      ['secretsmanager:GetSecretValue'],
      // Secrets Manager adds a hyphen and six characters to a name.
      secrets.map((name) => `arn:${Aws.PARTITION}:secretsmanager:${region}:${account}:secret:${name}-??????`),
    );
  }
}
