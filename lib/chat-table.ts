import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Options } from '#lib/options';
import type { ParleyFunction } from '#lib/parley-function';

/** Name of the index that inverts a membership: from a conversation to its members. */
const membersIndex = 'members';

/** The one table. What stands in it: docs/data-model.md. */
export class ChatTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, options: Pick<Options, 'removalPolicy'>) {
    super(scope, id);
    const retain = options.removalPolicy === 'retain';
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'expires',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    // No local index, ever: it would bind a conversation to one partition's 1,000 writes a second.
    this.table.addGlobalSecondaryIndex({
      indexName: membersIndex,
      partitionKey: { name: 'member_of', type: AttributeType.STRING },
      sortKey: { name: 'pk', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /** Lets a function read and write conversations: `TABLE_NAME`, and the five actions it needs; `Scan` and deletes are not among them. */
  bind(fn: ParleyFunction): void {
    fn.lambda.addEnvironment('TABLE_NAME', this.table.tableName);
    fn.allow(
      ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      [this.table.tableArn],
    );
    fn.allow(['dynamodb:Query'], [`${this.table.tableArn}/index/${membersIndex}`]);
  }

  /** Lets a function add items and nothing else: `TABLE_NAME` and `PutItem`. */
  bindPut(fn: ParleyFunction): void {
    fn.lambda.addEnvironment('TABLE_NAME', this.table.tableName);
    fn.allow(['dynamodb:PutItem'], [this.table.tableArn]);
  }
}
