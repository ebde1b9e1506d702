import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@aws-lambda-powertools/logger';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { startEngine } from '@parley/local';
import { monotonicFactory } from 'ulidx';
import type { Services } from '#lambdas/runtime/services';
import { limits } from '#protocol/limits';

/** The domain's services on a real DynamoDB engine, with a clock that the test moves, and nobody connected. */
export async function startDomain(): Promise<{ services: Services; clock: { now: number }; stop(): Promise<void> }> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'parley-unit-'));
  const engine = await startEngine({ dataDirectory });
  const nowhere = { region: 'us-east-1', credentials: { accessKeyId: 'unit', secretAccessKey: 'unit' } };
  const dynamodb = new DynamoDBClient({ ...nowhere, endpoint: engine.url });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: 'Chat',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'member_of', 'listed_in', 'listed_as'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'members',
          KeySchema: [
            { AttributeName: 'member_of', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'people',
          KeySchema: [
            { AttributeName: 'listed_in', KeyType: 'HASH' },
            { AttributeName: 'listed_as', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
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
      friendsFirst: false,
      push: { publicKey: undefined, fcm: false, endpoints: [] },
    },
    table: {
      name: 'Chat',
      client: DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } }),
    },
    bucket: { name: 'none', client: new S3Client(nowhere) },
    connectionApi: new ApiGatewayManagementApiClient(nowhere),
    lambda: new LambdaClient(nowhere),
    log: new Logger(),
    now: () => clock.now,
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
