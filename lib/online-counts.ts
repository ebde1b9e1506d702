import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChatTable } from './chat-table.ts';
import { type FunctionSettings, ParleyFunction } from './parley-function.ts';
import { queueConcurrency, queueEncryption } from './queue-encryption.ts';
import type { Settings } from './settings.ts';
import type { SocketApi } from './socket-api.ts';

export interface OnlineCountsProps {
  readonly chat: ChatTable;
  readonly sockets: SocketApi;
  readonly deadLetters: Queue;
  readonly options: FunctionSettings & Pick<Settings, 'concurrency' | 'inlineMembers'>;
}

/** Seconds for a conversation of 100,000 members: a thousand batches of reads, and a post to each who is there. */
const countingTimeout = 120;

/**
 * Tells the members of large conversations how many are online. A queue holds the jobs: so a count comes after a pause, in which more people
 * may come and go, and it comes even if the function that asked for it dies.
 */
export class OnlineCounts extends Construct {
  readonly fn: ParleyFunction;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { chat, sockets, deadLetters, options }: OnlineCountsProps) {
    super(scope, id);
    this.fn = new ParleyFunction(this, 'CountOnline', {
      // Nobody waits for its start, and it spends its time waiting for the network.
      memory: 512,
      timeout: countingTimeout,
      options,
    });
    this.queue = new Queue(this, 'Queue', {
      ...queueEncryption(options),
      // A job that failed is done again after this time, and is late by then: so it is as short as Lambda accepts.
      visibilityTimeout: Duration.seconds(countingTimeout),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });
    chat.bind(this.fn, 'BatchGetItem', 'QueryMembers', 'UpdateItem');
    sockets.bind(this.fn, 'POST');
    this.fn.configure({ INLINE_MEMBERS: String(options.inlineMembers) });
    // Lambda itself needs them, and uses the function's role.
    this.fn.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queue.queueArn]);
    new EventSourceMapping(this, 'Mapping', {
      target: this.fn.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      // Counts may wait: the sockets share the account's concurrency.
      maxConcurrency: queueConcurrency(options, 5),
      reportBatchItemFailures: true,
    });
  }

  /** Lets a function plan counts. Sets `COUNT_QUEUE_URL`, and allows `SendMessage` to that queue. */
  bind(fn: ParleyFunction): void {
    fn.configure({ COUNT_QUEUE_URL: this.queue.queueUrl });
    fn.allow(['sqs:SendMessage'], [this.queue.queueArn]);
  }
}
