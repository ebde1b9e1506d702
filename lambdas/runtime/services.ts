import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { DynamoDBClient, type DynamoDBClientConfig, TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulidx';
import { type Config, readConfig } from './config.ts';

export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** Everything that a handler may need. A function names its part: `Pick<Services, 'table' | 'now'>`. */
export interface Services {
  readonly config: Config;
  readonly table: Table;
  readonly bucket: { readonly client: S3Client; readonly name: string };
  readonly connectionApi: ApiGatewayManagementApiClient;
  readonly lambda: LambdaClient;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Waits for so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** A new ULID for that time. */
  readonly newId: (now: number) => string;
}

/** What most functions need: the table, or the table and the time. */
export type Store = Pick<Services, 'table'>;
export type TimedStore = Pick<Services, 'table' | 'now'>;

/** Opened once, outside the handler, so that later events reuse the clients' connections. */
export function openServices(environment: NodeJS.ProcessEnv): Services {
  const config = readConfig(environment);
  return {
    config,
    table: openTable(config.tableName),
    bucket: {
      // Otherwise signed addresses contain the checksum of an empty body, and ask for one, which browsers do not send.
      client: new S3Client({
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      }),
      name: config.bucketName,
    },
    connectionApi: openConnectionApi(config.callbackUrl),
    lambda: new LambdaClient({}),
    log: new Logger(),
    now: Date.now,
    pause: sleep,
    newId: monotonicFactory(),
  };
}

/** @param config to reach a table elsewhere than the function's own */
export function openTable(name: string, config: DynamoDBClientConfig = {}): Table {
  const client = new DynamoDBClient(config);
  // A write is refused while a transaction changes its item. It is worth a retry, and the SDK retries errors that are marked so.
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw error instanceof TransactionConflictException ? Object.assign(error, { $retryable: {} }) : error;
      }
    },
    // Inside the SDK's own retries, which have high priority in this step.
    { step: 'finalizeRequest', priority: 'low', name: 'retryConflicts' },
  );
  return { client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }), name };
}

export function openConnectionApi(endpoint: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    endpoint,
    // The SDK retries 429 and 5xx with jittered backoff. A slow connection must not delay the sender for longer.
    maxAttempts: 4,
    requestHandler: {
      httpsAgent: { maxSockets: 256 },
      httpAgent: { maxSockets: 256 },
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
    },
  });
}
