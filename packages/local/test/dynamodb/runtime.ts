import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { systemClock } from '#clock';
import type { Context } from '#context';
import { createCounters } from '#counters';
import { type DynamoDb, startDynamoDb } from '#dynamodb/start';
import { createFaults, type Faults } from '#faults';
import { type Credentials, createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createFunctions } from '#lambda/functions';
import { createOwnHosts } from '#own-hosts';
import { type Queues, startSqs } from '#sqs/start';
import { type Streams, startStreams } from '#streams/start';
import { monitoring } from '../fixture/monitoring.ts';

/** The runtime's services for tables, streams and queues, on a port of their own. */
export interface Runtime {
  readonly context: Context;
  readonly dynamodb: DynamoDb;
  readonly queues: Queues;
  readonly streams: Streams;
  readonly log: string[];
  /** A client with the keys of the function with this logical id. */
  client(functionId: string): DynamoDBDocumentClient;
  clientWith(credentials: Credentials): DynamoDBDocumentClient;
  root(): DynamoDBDocumentClient;
  functionCredentials(functionId: string): Credentials;
  stop(): Promise<void>;
}

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'local-data-'));

export async function startRuntime(options: {
  template: unknown;
  dataDirectory?: string;
  codeDirectories?: Record<string, string>;
  faults?: Partial<Faults>;
  timeScale?: number;
}): Promise<Runtime> {
  const dataDirectory = options.dataDirectory ?? temporaryFolder();
  mkdirSync(dataDirectory, { recursive: true });
  const services = new Map<
    string,
    { handle(request: IncomingMessage, response: ServerResponse): void | Promise<void> }
  >();
  const server = createServer((request, response) => {
    const prefix = [...services.keys()].find((key) => request.url?.startsWith(key));
    void services.get(prefix ?? '')?.handle(request, response);
  });
  // As long as the runtime's own port: longer than an SDK's agent keeps a connection.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  const stack = stackFromTemplate({
    template: options.template,
    name: 'Try',
    origin,
    codeDirectories: options.codeDirectories,
  });
  const log: string[] = [];
  const keys = createAccessKeys();
  const policies = createPolicies(() => stack);
  const shared = { stack, origin, dataDirectory, keys, policies };
  const rest = {
    faults: createFaults(options.faults),
    counters: createCounters(),
    ...monitoring(),
    calls: createCalls(),
    clock: systemClock,
  };
  const functions = createFunctions({ ...shared, ...rest });
  const context: Context = {
    ...shared,
    ...rest,
    functions,
    isOwnHost: createOwnHosts(),
    timeScale: options.timeScale ?? 1,
    log: (line) => void log.push(line),
  };
  const dynamodb = await startDynamoDb(context);
  services.set('/_aws/dynamodb', dynamodb);
  const queues = await startSqs(context);
  services.set('/_aws/sqs', queues);
  const streams = await startStreams(context, {
    engine: dynamodb.engine,
    queues,
    onWrite: dynamodb.onWrite,
    seesAllWrites: dynamodb.enginePid !== undefined,
  });

  const clients: DynamoDBDocumentClient[] = [];
  const clientWith = (credentials: Credentials) => {
    const endpoint = `${origin}/_aws/dynamodb`;
    const made = DynamoDBDocumentClient.from(
      new DynamoDBClient({ region: stack.region, endpoint, credentials, maxAttempts: 1 }),
    );
    clients.push(made);
    return made;
  };
  const functionCredentials = (functionId: string) => {
    const name = stack.ref(functionId);
    const role = stack.byPhysicalId('AWS::IAM::Role', String(stack.find(functionId)?.properties.Role));
    return keys.issue({
      kind: 'role',
      arn: `arn:aws:sts::${stack.account}:assumed-role/${stack.ref(role?.logicalId ?? '')}/${name}`,
      roleId: role?.logicalId ?? '',
      functionId,
    });
  };
  return {
    context,
    dynamodb,
    queues,
    streams,
    log,
    functionCredentials,
    clientWith,
    client: (functionId) => clientWith(functionCredentials(functionId)),
    root: () => clientWith(keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` })),
    async stop() {
      for (const client of clients) client.destroy();
      await streams.stop();
      await functions.stop();
      await dynamodb.stop();
      await queues.stop?.();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      if (!options.dataDirectory) rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
