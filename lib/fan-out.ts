import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ChatTable } from './chat-table.ts';
import { type FunctionSettings, ParleyFunction } from './parley-function.ts';
import { queueConcurrency, queueEncryption } from './queue-encryption.ts';
import type { Settings } from './settings.ts';
import type { SocketApi } from './socket-api.ts';

export interface FanOutProps {
  readonly chat: ChatTable;
  readonly sockets: SocketApi;
  readonly deadLetters: Queue;
  readonly options: FunctionSettings & Pick<Settings, 'concurrency' | 'inlineMembers'>;
}

/**
 * Posts the events of large conversations: one function pages through the members, and the other posts to a chunk of them. They are two
 * functions because Lambda stops a function that invokes itself after about sixteen rounds:
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
export class FanOut extends Construct {
  readonly functions: readonly ParleyFunction[];
  readonly fanOut: ParleyFunction;
  /** What `fanOut` hands to the function that posts. */
  readonly chunks: Queue;
  private readonly inlineMembers: string;

  constructor(scope: Construct, id: string, { chat, sockets, deadLetters, options }: FanOutProps) {
    super(scope, id);
    this.inlineMembers = String(options.inlineMembers);
    this.fanOut = new ParleyFunction(this, 'FanOut', {
      // More CPU, to start faster: all members wait for it.
      memory: 1024,
      // For 100,000 members it invokes the other function a thousand times.
      timeout: 60,
      options,
    });
    const deliver = new ParleyFunction(this, 'Deliver', {
      memory: 512,
      // Enough for the retries of the slowest connection.
      timeout: 30,
      options,
    });
    this.functions = [this.fanOut, deliver];
    this.fanOut.retryOnce(deadLetters);

    chat.bind(this.fanOut, 'QueryMembers');
    this.chunks = new Queue(this, 'Chunks', {
      ...queueEncryption(options),
      // A chunk that failed is tried again after this time, once. Later clients have asked for what they missed.
      visibilityTimeout: Duration.minutes(1),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 2 },
    });
    this.fanOut.configure({ INLINE_MEMBERS: this.inlineMembers, CHUNK_QUEUE_URL: this.chunks.queueUrl });
    this.fanOut.allow(['sqs:SendMessage'], [this.chunks.queueArn]);
    // Lambda itself needs them, and uses the function's role.
    deliver.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.chunks.queueArn]);
    new EventSourceMapping(this, 'Mapping', {
      target: deliver.lambda,
      eventSourceArn: this.chunks.queueArn,
      // Chunks of one event are posted side by side.
      batchSize: 1,
      // The message of a room of 100,000 has a thousand chunks. Sockets and requests share the account's concurrency.
      maxConcurrency: queueConcurrency(options, 100),
      reportBatchItemFailures: true,
    });

    chat.bind(deliver, 'BatchGetItem', 'GetItem', 'PutItem', 'UpdateItem');
    sockets.bind(deliver, 'POST');
  }

  /** Lets a function post events in chunks. Sets `FAN_OUT_FUNCTION` and `INLINE_MEMBERS`, and allows `InvokeFunction` on that function. */
  bind(fn: ParleyFunction): void {
    fn.configure({ FAN_OUT_FUNCTION: this.fanOut.lambda.functionName, INLINE_MEMBERS: this.inlineMembers });
    fn.allow(['lambda:InvokeFunction'], [this.fanOut.lambda.functionArn]);
  }
}
