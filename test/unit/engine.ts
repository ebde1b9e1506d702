import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb';
import { startEngine } from '@parley/local';
import { monotonicFactory } from 'ulidx';
import { openLog } from '#lambdas/runtime/log';
import { openConnectionApi, openLambda, openTable, type Services } from '#lambdas/runtime/services';
import { limits } from '#protocol/limits';

function keySchema(partition: string, sort: string): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
}

function keysOnlyIndex(name: string, partition: string, sort: string): GlobalSecondaryIndex {
  return { IndexName: name, KeySchema: keySchema(partition, sort), Projection: { ProjectionType: 'KEYS_ONLY' } };
}

/** Services with a real DynamoDB engine and a clock that the test moves, without connections, functions and files. */
export async function startDomain(): Promise<{ services: Services; clock: { now: number }; stop(): Promise<void> }> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'parley-unit-'));
  const engine = await startEngine({ dataDirectory });
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'unit', secretAccessKey: 'unit' } };
  const dynamodb = new DynamoDBClient({ ...options, endpoint: engine.url });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'Chat',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'member_of', 'listed_in', 'listed_as'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: keySchema('pk', 'sk'),
      GlobalSecondaryIndexes: [
        keysOnlyIndex('members', 'member_of', 'pk'),
        keysOnlyIndex('people', 'listed_in', 'listed_as'),
      ],
    }),
  );
  const clock = { now: Date.UTC(2026, 0, 1) };
  const services: Services = {
    config: {
      tableName: 'Chat',
      inlineMembers: 100,
      fanOutFunction: '',
      bucketName: 'none',
      callbackUrl: '',
      httpUrl: '',
      retentionDays: 0,
      sends: limits.sends,
      fileBytesPerDay: limits.fileBytesPerDay,
      friendsFirst: false,
      invitations: true,
      roomMakers: 'open',
      directory: 'everybody',
      presence: 'everybody',
      push: { publicKey: undefined, fcm: false, endpoints: [] },
    },
    table: openTable('Chat', { ...options, endpoint: engine.url }),
    bucket: { name: 'none', ...options },
    connectionApi: openConnectionApi('http://127.0.0.1', options),
    lambda: openLambda({ ...options, endpoint: 'http://127.0.0.1' }),
    log: openLog(),
    now: () => clock.now,
    pause: async () => {},
    newId: monotonicFactory(),
  };
  return {
    services,
    clock,
    stop: async () => {
      dynamodb.destroy();
      await engine.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
