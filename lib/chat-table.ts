import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Options } from './options.ts';
import type { ParleyFunction } from './parley-function.ts';

/** Name of the index that inverts a membership: from a conversation to its members. */
const membersIndex = 'members';
/** Name of the index that lists people by their names. */
const peopleIndex = 'people';

/** DynamoDB's actions on the table; `QueryMembers` and `QueryPeople` are a `Query` of one index alone. */
export type TableUse = 'BatchGetItem' | 'GetItem' | 'PutItem' | 'Query' | 'QueryMembers' | 'QueryPeople' | 'UpdateItem';

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
    // Keys only, or every connection that comes or goes would be a write here too.
    this.table.addGlobalSecondaryIndex({
      indexName: peopleIndex,
      partitionKey: { name: 'listed_in', type: AttributeType.STRING },
      sortKey: { name: 'listed_as', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  /**
   * Lets a function use the table: `TABLE_NAME`, and exactly these actions. `Scan` and `DeleteItem` are not on offer:
   * nothing in a chat reads everything, and what is over ends by TTL.
   */
  bind(fn: ParleyFunction, ...uses: TableUse[]): void {
    fn.configure({ TABLE_NAME: this.table.tableName });
    const indexes = { QueryMembers: membersIndex, QueryPeople: peopleIndex };
    const actions = uses.filter((use) => !(use in indexes)).map((use) => `dynamodb:${use}`);
    if (actions.length > 0) fn.allow(actions, [this.table.tableArn]);
    for (const [use, index] of Object.entries(indexes)) {
      if (uses.some((other) => other === use)) fn.allow(['dynamodb:Query'], [`${this.table.tableArn}/index/${index}`]);
    }
  }
}
