import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import type { TestTable } from '../support/table.ts';

/** The table of the stack that all stories share, to prepare what would take long over the API. */
export async function withTable(prepare: (table: TestTable) => Promise<void>): Promise<void> {
  const site = inject('site');
  if ('missing' in site) throw new Error(site.missing);
  const endpoint = `${new URL(site.outputs.HttpUrl ?? '').origin}/_aws/dynamodb`;
  const plain = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials: site.credentials });
  const { TableNames: [name = ''] = [] } = await plain.send(new ListTablesCommand());
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } });
  await prepare({ client, name }).finally(() => plain.destroy());
}
