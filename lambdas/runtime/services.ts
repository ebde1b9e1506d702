import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ServiceInputTypes as ConnectionInput,
  errorTypeRegistries as connectionErrors,
} from '@aws-sdk/client-apigatewaymanagementapi';
import {
  type ServiceInputTypes as TableInput,
  TransactionCanceledException,
  TransactionConflictException,
  errorTypeRegistries as tableErrors,
} from '@aws-sdk/client-dynamodb';
import { monotonicFactory } from 'ulidx';
import { AwsJson1_0Protocol } from '#aws/json10';
import { AwsRestJsonProtocol } from '#aws/rest-json';
import { type AwsClient, openAwsClient } from './aws-client.ts';
import { type AwsTarget, callerFrom, targetFrom } from './aws-target.ts';
import { callLimits } from './call-limits.ts';
import { type Config, readConfig } from './config.ts';
import { ItemCodec } from './json-codec.ts';
import { type Log, openLog } from './log.ts';

export type ConnectionApi = AwsClient<ConnectionInput>;

export interface Lambda {
  /** Returns when Lambda has accepted the event; the function runs later. */
  invokeLater(functionName: string, event: unknown): Promise<void>;
}

export interface Table {
  readonly client: AwsClient<TableInput>;
  readonly name: string;
}

export interface Bucket extends Omit<AwsTarget, 'endpoint'> {
  readonly name: string;
}

/** Everything that a handler may need. A function names its part: `Pick<Services, 'table' | 'now'>`. */
export interface Services {
  readonly config: Config;
  readonly table: Table;
  readonly bucket: Bucket;
  readonly connectionApi: ConnectionApi;
  readonly lambda: Lambda;
  readonly log: Log;
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
    bucket: { name: config.bucketName, ...callerFrom(environment) },
    connectionApi: openConnectionApi(config.callbackUrl),
    lambda: openLambda(),
    log: openLog(),
    now: Date.now,
    pause: sleep,
    newId: monotonicFactory(),
  };
}

/** @param target to reach a table elsewhere than in the function's own region */
export function openTable(name: string, target = targetFrom(process.env, 'dynamodb')): Table {
  const client = openAwsClient<TableInput>({
    ...target,
    service: 'dynamodb',
    protocol: new AwsJson1_0Protocol({
      defaultNamespace: 'com.amazonaws.dynamodb',
      serviceTarget: 'DynamoDB_20120810',
      errorTypeRegistries: tableErrors,
      jsonCodec: new ItemCodec(),
    }),
    // SDKs of other languages try ten times: throttling and conflicts of transactions are over soon.
    maxAttempts: 5,
    pool: { sockets: 50, ...callLimits },
    // A write is refused while a transaction changes its item.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
    isRetryable: (error) => error instanceof TransactionConflictException || isThrottledTransaction(error),
  });
  return { client, name };
}

/** The SDK tries throttled requests again, but not a transaction that was cancelled because one of its parts was throttled. */
function isThrottledTransaction(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
  return codes.some((code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded');
}

/** @param endpoint the address of the stage's `@connections` */
export function openConnectionApi(endpoint: string, caller = callerFrom(process.env)): ConnectionApi {
  return openAwsClient<ConnectionInput>({
    ...caller,
    endpoint,
    service: 'execute-api',
    protocol: new AwsRestJsonProtocol({
      defaultNamespace: 'com.amazonaws.apigatewaymanagementapi',
      errorTypeRegistries: connectionErrors,
    }),
    // The SDK retries 429 and 5xx with jittered backoff. A slow connection must not delay the sender for longer.
    maxAttempts: 4,
    pool: { sockets: 50, ...callLimits },
  });
}

export function openLambda(target = targetFrom(process.env, 'lambda')): Lambda {
  let open: Promise<Lambda['invokeLater']> | undefined;
  return {
    async invokeLater(name, event) {
      open ??= import('./lambda.ts').then(({ openLambda }) => openLambda(target));
      await (await open)(name, event);
    },
  };
}
