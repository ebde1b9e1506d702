import { Duration, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';

export interface TableStreamProps {
  readonly table: Table;
  readonly to: ParleyFunction;
  /** Patterns of the records that reach the function: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
  readonly filters: readonly { readonly [key: string]: unknown }[];
}

/** Feeds a function with the table's changes, and keeps a note of those that it could not handle. */
export class TableStream extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { table, to, filters }: TableStreamProps) {
    super(scope, id);
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new Error(`unable to read the stream of ${table.node.path}; it has none`);

    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This queue is the dead-letter destination itself.',
    });

    // CDK's own event source would allow ListStreams on every table, and GetQueueUrl and GetQueueAttributes besides SendMessage.
    to.allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], [tableStreamArn]);
    to.allow(
      ['dynamodb:ListStreams'],
      [`${table.tableArn}/stream/*`],
      'The label of a stream is given when it is made.',
    );
    to.allow(['sqs:SendMessage'], [this.deadLetters.queueArn]);

    new EventSourceMapping(this, 'Mapping', {
      target: to.lambda,
      eventSourceArn: tableStreamArn,
      // LATEST would lose what happens while the mapping is being made.
      startingPosition: StartingPosition.TRIM_HORIZON,
      // A record may mean a few reads and posts, so that a batch stays well inside the function's timeout.
      batchSize: 50,
      // A connection that is slow, or gone without a word, holds up only the users who share its lane.
      parallelizationFactor: 4,
      filters: filters.map((pattern) => FilterCriteria.filter(pattern)),
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      // By default a record that fails is repeated for 24 hours and blocks its shard. A snapshot or notice this late is of
      // no use: the client has asked for what it missed.
      retryAttempts: 5,
      maxRecordAge: Duration.minutes(10),
      onFailure: { bind: () => ({ destination: this.deadLetters.queueArn }) },
    });
  }
}
