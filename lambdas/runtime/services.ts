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

/** Everything a handler may need. A function names what it uses: `Pick<Services, 'table' | 'now'>`. */
export interface Services {
  readonly config: Config;
  readonly table: Table;
  readonly bucket: { readonly client: S3Client; readonly name: string };
  readonly connectionApi: ApiGatewayManagementApiClient;
  readonly lambda: LambdaClient;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A new ULID for that time. */
  readonly newId: (now: number) => string;
}

/** The clients of one function's life: made once, outside the handler, so that later events reuse their connections. */
export function openServices(environment: NodeJS.ProcessEnv): Services {
  const config = readConfig(environment);
  return {
    config,
    table: openTable(config.tableName),
    bucket: {
      // WHEN_REQUIRED: otherwise the checksum of an empty body, and a wish for one, are signed into addresses that browsers use.
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
    newId: monotonicFactory(),
  };
}

/** @param config where another than the function's own is to be reached */
export function openTable(name: string, config: DynamoDBClientConfig = {}): Table {
  const client = new DynamoDBClient(config);
  // A single write of an item that a transaction is just changing is refused, and worth trying again; the SDK does so where an error says it.
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw error instanceof TransactionConflictException ? Object.assign(error, { $retryable: {} }) : error;
      }
    },
    // Inside of the SDK's own retries, which are of this step and of high priority.
    { step: 'finalizeRequest', priority: 'low', name: 'retryConflicts' },
  );
  return { client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }), name };
}

export function openConnectionApi(endpoint: string): ApiGatewayManagementApiClient {
  return new ApiGatewayManagementApiClient({
    endpoint,
    // 429 and 5xx are retried by the SDK with jittered backoff; a connection that stays slow must not hold up its sender.
    maxAttempts: 4,
    requestHandler: {
      httpsAgent: { maxSockets: 256 },
      httpAgent: { maxSockets: 256 },
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
    },
  });
}
