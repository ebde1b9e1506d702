import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

export class DatabaseStack extends Stack {
  readonly connections: Table;
  readonly channels: Table;
  readonly messages: Table;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
      encryption: TableEncryption.AWS_MANAGED,
    };
    this.connections = new Table(this, 'Connections', {
      partitionKey: { name: 'connectionId', type: AttributeType.STRING },
      ...common,
    });
    this.channels = new Table(this, 'Channels', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      tableName: 'channel-chat-channels',
      ...common,
    });
    this.messages = new Table(this, 'Messages', {
      partitionKey: { name: 'channelId', type: AttributeType.STRING },
      sortKey: { name: 'sentAt', type: AttributeType.STRING },
      tableName: 'channel-chat-messages',
      ...common,
    });
  }
}
