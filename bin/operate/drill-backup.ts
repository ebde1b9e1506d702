import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateBackupCommand,
  DeleteBackupCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';

/** A backup of the table as it is now. In an account it takes seconds, whatever the size of the table. @returns its ARN */
export async function backUp(client: DynamoDBClient, TableName: string, BackupName: string): Promise<string> {
  const { BackupDetails } = await client.send(new CreateBackupCommand({ TableName, BackupName }));
  const BackupArn = BackupDetails?.BackupArn ?? '';
  await until(async () => {
    const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
    return BackupDescription?.BackupDetails?.BackupStatus === 'AVAILABLE';
  });
  return BackupArn;
}

/** Makes a new table of a backup, and waits for it. In an account it takes minutes, and longer for large tables. */
export async function restoreBackup(client: DynamoDBClient, BackupArn: string, TargetTableName: string): Promise<void> {
  await client.send(new RestoreTableFromBackupCommand({ BackupArn, TargetTableName }));
  await until(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: TargetTableName }));
    return Table?.TableStatus === 'ACTIVE';
  });
}

export async function forget(client: DynamoDBClient, BackupArn: string, TableName: string | undefined): Promise<void> {
  if (TableName !== undefined) await client.send(new DeleteTableCommand({ TableName }));
  await client.send(new DeleteBackupCommand({ BackupArn }));
}

/** Asks again and again, at first soon. */
export async function until(isSo: () => Promise<boolean>, mostMs = Number.POSITIVE_INFINITY): Promise<boolean> {
  const begun = Date.now();
  for (let pauseMs = 100; !(await isSo()); pauseMs = Math.min(2 * pauseMs, 1_000)) {
    if (Date.now() - begun > mostMs) return false;
    await sleep(pauseMs);
  }
  return true;
}
