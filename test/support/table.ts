import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalRuntime } from '@parley/local';
import { LocalOutputs } from '#bin/local-outputs';

export interface TestTable {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** The table of a served stack, with the root credentials: no role limits what a test reads and prepares. The caller destroys the client. */
export function openTable(local: Pick<LocalRuntime, 'outputs' | 'origin' | 'rootCredentials' | 'stack'>): TestTable {
  const [table] = local.stack.ofType('AWS::DynamoDB::Table');
  if (!table) throw new Error('unable to open the table; the stack has none');
  const client = new DynamoDBClient({
    region: LocalOutputs.parse(local.outputs).Region,
    endpoint: `${local.origin}/_aws/dynamodb`,
    credentials: local.rootCredentials,
  });
  return { client: DynamoDBDocumentClient.from(client), name: local.stack.ref(table.logicalId) };
}
