import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListBackupsCommand,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Runtime, startRuntime } from './runtime.ts';
import { lambda, role, table } from './template.ts';

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startRuntime({
    template: { Resources: { Table: table, Role: role(['dynamodb:PutItem']), Fn: lambda('Role') } },
  });
});
afterAll(() => runtime.stop());

const items = Array.from({ length: 60 }, (_, index) => ({
  pk: 'a',
  sk: String(index).padStart(2, '0'),
  member_of: 'm',
}));

test('a backup holds the items of its moment, and becomes a new table without stream and time to live', async () => {
  const client = runtime.root();
  const TableName = runtime.context.stack.ref('Table');
  for (const Item of items) await client.send(new PutCommand({ TableName, Item }));
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: 'before' }));
  expect(BackupDetails).toMatchObject({ BackupName: 'before', BackupStatus: 'AVAILABLE' });
  const BackupArn = BackupDetails?.BackupArn;
  await client.send(new DeleteCommand({ TableName, Key: { pk: 'a', sk: '00' } }));
  await client.send(new PutCommand({ TableName, Item: { pk: 'b', sk: 'later' } }));

  const restored = { BackupArn, TargetTableName: 'Restored' };
  const { TableDescription } = await client.send(new RestoreTableFromBackupCommand(restored));
  expect(TableDescription?.RestoreSummary?.SourceBackupArn).toBe(BackupArn);
  const { Items } = await client.send(new ScanCommand({ TableName: 'Restored' }));
  expect(Items?.toSorted((a, b) => (a.sk < b.sk ? -1 : 1))).toEqual(items);
  const found = await client.send(
    new QueryCommand({
      TableName: 'Restored',
      IndexName: 'members',
      KeyConditionExpression: 'member_of = :m',
      ExpressionAttributeValues: { ':m': 'm' },
    }),
  );
  expect(found.Count).toBe(60);
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Restored' }));
  expect(Table?.StreamSpecification?.StreamEnabled ?? false).toBe(false);
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'Restored' }));
  expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
  await expect(client.send(new RestoreTableFromBackupCommand(restored))).rejects.toMatchObject({
    name: 'TableAlreadyExistsException',
  });
});

test('backups are listed, described and deleted', async () => {
  const client = runtime.root();
  const TableName = runtime.context.stack.ref('Table');
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName: 'second' }));
  const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ TableName }));
  expect(BackupSummaries.map(({ BackupName }) => BackupName)).toEqual(['before', 'second']);
  const BackupArn = BackupDetails?.BackupArn;
  const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
  expect(BackupDescription?.SourceTableDetails?.ItemCount).toBe(60);
  await client.send(new DeleteBackupCommand({ BackupArn }));
  await expect(client.send(new DescribeBackupCommand({ BackupArn }))).rejects.toMatchObject({
    name: 'BackupNotFoundException',
  });
  await expect(client.send(new CreateBackupCommand({ TableName: 'None', BackupName: 'x' }))).rejects.toMatchObject({
    name: 'TableNotFoundException',
  });
});

test('a role without the permission makes none', async () => {
  const TableName = runtime.context.stack.ref('Table');
  await expect(
    runtime.client('Fn').send(new CreateBackupCommand({ TableName, BackupName: 'x' })),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
