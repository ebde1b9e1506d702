import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AwsError } from '#aws-json/aws-error';
import type { Context } from '#context';
import { readJson, writeAtomically } from '#files';
import { hasCode } from '#text';
import { type EngineClient, EngineError } from './engine-client.ts';

const Index = z.object({ IndexName: z.string(), KeySchema: z.unknown(), Projection: z.unknown() });
const Table = z.object({
  AttributeDefinitions: z.unknown(),
  KeySchema: z.unknown(),
  GlobalSecondaryIndexes: z.array(Index).default([]),
  LocalSecondaryIndexes: z.array(Index).default([]),
});
const Description = z.object({ Table });

const Backup = z.object({
  id: z.string(),
  name: z.string(),
  tableName: z.string(),
  table: Table,
  /** ms */
  at: z.number(),
  items: z.number(),
  /** Of the items as they are stored here. */
  bytes: z.number(),
});
type Backup = z.infer<typeof Backup>;

const Page = z.object({ Items: z.array(z.unknown()), LastEvaluatedKey: z.unknown().optional() });
const Written = z.object({ UnprocessedItems: z.record(z.string(), z.array(z.unknown())).default({}) });

const operation = (name: string) => `DynamoDB_20120810.${name}`;
const failure = (name: string, message: string) => new AwsError(`com.amazonaws.dynamodb.v20120810#${name}`, message);

/** Items of one BatchWriteItem. */
const batchSize = 25;

/** What a call may ask of backups, by its operation. */
export type BackupCalls = Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Promise<object>>>;

/**
 * On-demand backups: `<data>/dynamodb-backups/<id>.json` describes one, and `<id>.jsonl` has its items. A restored table has keys and indexes,
 * and neither stream, TTL nor tags.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Restore.Tutorial.html
 */
export function createBackups(context: Context, engine: EngineClient): BackupCalls {
  const { stack, clock } = context;
  const folder = join(context.dataDirectory, 'dynamodb-backups');
  const tableArn = (name: string) => `arn:aws:dynamodb:${stack.region}:${stack.account}:table/${name}`;
  const arnOf = ({ tableName, id }: Backup) => `${tableArn(tableName)}/backup/${id}`;
  const itemsOf = (id: string) => join(folder, `${id}.jsonl`);

  const read = (id: string) => readJson(join(folder, `${id}.json`), Backup, 'a backup');
  const find = async (arn: unknown): Promise<Backup> => {
    const id = String(arn).split('/').at(-1) ?? '';
    const backup = /^[\w-]+$/.test(id) ? await read(id) : undefined;
    if (!backup || arnOf(backup) !== arn) throw failure('BackupNotFoundException', `Backup not found: ${String(arn)}`);
    return backup;
  };
  const detailsOf = (backup: Backup) => ({
    BackupArn: arnOf(backup),
    BackupName: backup.name,
    BackupSizeBytes: backup.bytes,
    BackupStatus: 'AVAILABLE',
    BackupType: 'USER',
    BackupCreationDateTime: backup.at / 1_000,
  });
  const describe = (backup: Backup) => ({
    BackupDescription: {
      BackupDetails: detailsOf(backup),
      SourceTableDetails: {
        TableName: backup.tableName,
        TableArn: tableArn(backup.tableName),
        KeySchema: backup.table.KeySchema,
        ItemCount: backup.items,
        BillingMode: 'PAY_PER_REQUEST',
      },
      SourceTableFeatureDetails: { GlobalSecondaryIndexes: backup.table.GlobalSecondaryIndexes },
    },
  });
  const descriptionOf = async (TableName: unknown) => {
    try {
      return Description.parse(await engine.call(operation('DescribeTable'), { TableName })).Table;
    } catch (error) {
      if (!(error instanceof EngineError) || error.name !== 'ResourceNotFoundException') throw error;
      return undefined;
    }
  };

  return {
    async CreateBackup({ TableName, BackupName }) {
      const table = await descriptionOf(TableName);
      if (!table) throw failure('TableNotFoundException', `Table not found: ${String(TableName)}`);
      await mkdir(folder, { recursive: true });
      const id = `${String(clock.now()).padStart(17, '0')}-${randomUUID().slice(0, 8)}`;
      const written = await saveItems(engine, String(TableName), itemsOf(id));
      const backup = { id, name: String(BackupName), tableName: String(TableName), table, at: clock.now(), ...written };
      await writeAtomically(join(folder, `${id}.json`), JSON.stringify(backup));
      return { BackupDetails: detailsOf(backup) };
    },
    DescribeBackup: async ({ BackupArn }) => describe(await find(BackupArn)),
    async ListBackups({ TableName }) {
      const names = await readdir(folder).catch((error: unknown) => {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      });
      const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
      const backups = (await Promise.all(ids.sort().map(read))).filter((backup) => backup !== undefined);
      const chosen = backups.filter(({ tableName }) => TableName === undefined || tableName === TableName);
      return {
        BackupSummaries: chosen.map((backup) => ({
          TableName: backup.tableName,
          TableArn: tableArn(backup.tableName),
          ...detailsOf(backup),
        })),
      };
    },
    async DeleteBackup({ BackupArn }) {
      const backup = await find(BackupArn);
      await rm(join(folder, `${backup.id}.json`), { force: true });
      await rm(itemsOf(backup.id), { force: true });
      return describe(backup);
    },
    async RestoreTableFromBackup({ BackupArn, TargetTableName }) {
      const backup = await find(BackupArn);
      if (await descriptionOf(TargetTableName)) {
        throw failure('TableAlreadyExistsException', `Table already exists: ${String(TargetTableName)}`);
      }
      const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, LocalSecondaryIndexes } = backup.table;
      const table = {
        TableName: TargetTableName,
        AttributeDefinitions,
        KeySchema,
        ...(GlobalSecondaryIndexes.length > 0 && { GlobalSecondaryIndexes: GlobalSecondaryIndexes.map(asWanted) }),
        ...(LocalSecondaryIndexes.length > 0 && { LocalSecondaryIndexes: LocalSecondaryIndexes.map(asWanted) }),
      };
      await engine.call(operation('CreateTable'), { ...table, BillingMode: 'PAY_PER_REQUEST' });
      await loadItems(engine, String(TargetTableName), itemsOf(backup.id));
      return {
        TableDescription: {
          ...table,
          TableArn: tableArn(String(TargetTableName)),
          TableStatus: 'CREATING',
          RestoreSummary: {
            SourceBackupArn: arnOf(backup),
            SourceTableArn: tableArn(backup.tableName),
            RestoreDateTime: backup.at / 1_000,
            RestoreInProgress: true,
          },
        },
      };
    },
  };
}

/** An index as CreateTable wants it: its description has more. */
const asWanted = ({ IndexName, KeySchema, Projection }: z.infer<typeof Index>) => ({
  IndexName,
  KeySchema,
  Projection,
});

/** One item a line, as DynamoDB writes them. */
async function saveItems(engine: EngineClient, TableName: string, path: string) {
  const file = await open(path, 'wx', 0o600);
  let [items, bytes] = [0, 0];
  try {
    let start: unknown;
    do {
      const page = Page.parse(
        await engine.call(operation('Scan'), { TableName, ConsistentRead: true, ExclusiveStartKey: start }),
      );
      for (const item of page.Items) {
        const line = `${JSON.stringify(item)}\n`;
        await file.write(line);
        items += 1;
        bytes += Buffer.byteLength(line);
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && start !== null);
  } finally {
    await file.close();
  }
  return { items, bytes };
}

async function loadItems(engine: EngineClient, TableName: string, path: string): Promise<void> {
  const file = await open(path, 'r');
  let batch: unknown[] = [];
  const write = async () => {
    while (batch.length > 0) {
      const input = { RequestItems: { [TableName]: batch } };
      const { UnprocessedItems } = Written.parse(await engine.call(operation('BatchWriteItem'), input));
      batch = UnprocessedItems[TableName] ?? [];
    }
  };
  try {
    for await (const line of file.readLines()) {
      batch.push({ PutRequest: { Item: JSON.parse(line) } });
      if (batch.length === batchSize) await write();
    }
    await write();
  } finally {
    await file.close();
  }
}
