import { Duration } from 'aws-cdk-lib';
import { CfnFunction, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type FunctionSettings, ParleyFunction } from './parley-function.ts';
import { queueConcurrency, queueEncryption } from './queue-encryption.ts';
import type { Settings } from './settings.ts';

export interface AccountJobsProps {
  readonly deadLetters: Queue;
  readonly options: FunctionSettings & Pick<Settings, 'concurrency'>;
}

/** Seconds after which a run asks for another one, and the rest of the timeout in which it ends what it has begun. */
const runSeconds = 60;
const timeout = 120;

/**
 * Deletes accounts and makes archives of what is somebody's. Both may take long, so a queue holds the jobs and each message is one run of them. A
 * run that fails comes again, five times; then its message is a dead letter.
 */
export class AccountJobs extends Construct {
  readonly fn: ParleyFunction;
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { deadLetters, options }: AccountJobsProps) {
    super(scope, id);
    this.fn = new ParleyFunction(this, 'AccountJob', {
      // Enough for the largest file and a part of an archive at once.
      memory: 1024,
      timeout,
      options,
    });
    const resource = this.fn.lambda.node.defaultChild;
    // Its runs ask for one another. Lambda would stop them after sixteen: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    // They end, because each stores that it is further.
    if (resource instanceof CfnFunction) resource.recursiveLoop = 'Allow';
    this.queue = new Queue(this, 'Queue', {
      ...queueEncryption(options),
      visibilityTimeout: Duration.seconds(timeout),
      // As long as a repair may take. Whoever asks how far a job is sends its message again.
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });
    // Lambda itself needs them, and uses the function's role.
    this.fn.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queue.queueArn]);
    new EventSourceMapping(this, 'Mapping', {
      target: this.fn.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      // They may wait: the sockets share the account's concurrency.
      maxConcurrency: queueConcurrency(options, 5),
      reportBatchItemFailures: true,
    });
    this.fn.configure({ RUN_SECONDS: String(runSeconds) });
    this.bind(this.fn);
  }

  /** Lets a function ask for runs. Sets `ACCOUNT_QUEUE_URL`, and allows `SendMessage` to that queue. */
  bind(fn: ParleyFunction): void {
    fn.configure({ ACCOUNT_QUEUE_URL: this.queue.queueUrl });
    fn.allow(['sqs:SendMessage'], [this.queue.queueArn]);
  }
}
