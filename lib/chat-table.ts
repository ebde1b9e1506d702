import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { ParleyFunction } from './parley-function.ts';
import { acknowledge } from './permissions.ts';
import { recoveryDays } from './recovery.ts';
import type { Settings } from './settings.ts';

/** An index of keys only: with more, each change of a member's connections would also write to the index. */
const indexes = {
  /** From a conversation to its members. */
  QueryMembers: { name: 'members', partitionKey: 'member_of', sortKey: 'pk' },
  /** People by their names. */
  QueryPeople: { name: 'people', partitionKey: 'listed_in', sortKey: 'listed_as' },
};

/** The names of the table's indexes. */
export const indexNames: readonly string[] = Object.values(indexes).map(({ name }) => name);

/** DynamoDB's actions on the table, `ConditionCheckItem` for items that a transaction only looks at; `QueryMembers` and `QueryPeople` are a `Query` of one index. */
export type TableUse =
  | 'BatchGetItem'
  | 'ConditionCheckItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem'
  | keyof typeof indexes;

/** The one table. Its items: docs/data-model.md. */
export class ChatTable extends Construct {
  readonly table: Table;

  constructor(
    scope: Construct,
    id: string,
    options: Pick<
      Settings,
      'encryptionKey' | 'messageRetentionDays' | 'recoveryDays' | 'removalPolicy' | 'warmThroughput'
    >,
  ) {
    super(scope, id);
    const backups = recoveryDays(options);
    const retain = options.removalPolicy === 'retain';
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'expires',
      // docs/operations.md says how to restore.
      pointInTimeRecoverySpecification:
        backups > 0
          ? { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: backups }
          : { pointInTimeRecoveryEnabled: false },
      ...(options.encryptionKey && {
        encryption: TableEncryption.CUSTOMER_MANAGED,
        encryptionKey: options.encryptionKey,
      }),
      warmThroughput: options.warmThroughput,
      deletionProtection: retain,
      removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (backups === 0)
      acknowledge(this.table, { DDB3: 'The deployer has chosen to have no backups (recoveryDays: 0).' });
    // Global, not local: a local index would limit a conversation to one partition's 1,000 writes a second.
    for (const { name, partitionKey, sortKey } of Object.values(indexes)) {
      this.table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
  }

  /**
   * Lets a function use the table. Sets `TABLE_NAME`, and allows exactly these actions. `Scan` and `DeleteItem` are not among them: nothing
   * reads the whole table, and old items are deleted by their TTL.
   */
  bind(fn: ParleyFunction, ...uses: TableUse[]): void {
    fn.configure({ TABLE_NAME: this.table.tableName });
    const actions = uses.filter((use) => !(use in indexes)).map((use) => `dynamodb:${use}`);
    if (actions.length > 0) fn.allow(actions, [this.table.tableArn]);
    for (const [use, { name }] of Object.entries(indexes)) {
      if (uses.some((other) => other === use)) fn.allow(['dynamodb:Query'], [`${this.table.tableArn}/index/${name}`]);
    }
  }
}
