import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import { queueEncryption } from './queue-encryption.ts';
import type { Settings } from './settings.ts';

export interface TableStreamProps {
  readonly table: Table;
  readonly to: ParleyFunction;
  /** Patterns of the records that reach the function: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
  readonly filters: readonly { readonly [key: string]: unknown }[];
  readonly options: Pick<Settings, 'concurrency' | 'encryptionKey' | 'messageRetentionDays'>;
}

/** Sends the table's changes to a function, and notes in a queue those that the function could not handle. */
export class TableStream extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { table, to, filters, options }: TableStreamProps) {
    super(scope, id);
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new Error(`unable to read the stream of ${table.node.path}; it has none`);

    this.deadLetters = deadLetterQueue(this, options);
    // CDK's own event source would allow more: ListStreams on every table, GetQueueUrl and GetQueueAttributes.
    to.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [tableStreamArn]);
    to.allow(
      ['dynamodb:ListStreams'],
      [`${table.tableArn}/stream/*`],
      'AWS chooses the label of a stream when it is created.',
    );
    to.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);

    new EventSourceMapping(this, 'Mapping', {
      target: to.lambda,
      eventSourceArn: tableStreamArn,
      // LATEST would lose changes that happen while the mapping is created.
      startingPosition: StartingPosition.TRIM_HORIZON,
      // A record causes a few reads and posts: a batch of 50 stays well inside the function's timeout.
      batchSize: 50,
      // A slow or dead connection delays only the users of the same lane. A new table has four shards, and each lane of each may take an
      // environment; a new account has ten.
      parallelizationFactor: options.concurrency < 100 ? 1 : 4,
      filters: filters.map((pattern) => FilterCriteria.filter(pattern)),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // By default a failed record is repeated for 24 hours and blocks its shard. So late it is of no use: clients have asked for what
      // they missed.
      retryAttempts: 5,
      maxRecordAge: Duration.minutes(10),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}

/** days; SQS keeps nothing longer */
const longestRetention = 14;

/** A queue for events that were given up. Some contain messages, so it keeps none longer than messages are kept. */
export function deadLetterQueue(
  scope: Construct,
  options: Pick<Settings, 'encryptionKey' | 'messageRetentionDays'>,
): Queue {
  const queue = new Queue(scope, 'DeadLetters', {
    ...queueEncryption(options),
    retentionPeriod: Duration.days(Math.min(options.messageRetentionDays || longestRetention, longestRetention)),
  });
  acknowledge(queue, { SQS3: 'This queue is the dead-letter queue itself.' });
  return queue;
}
