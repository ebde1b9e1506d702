import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { type Stack, stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { startCognito } from '#cognito/start';
import type { Context } from '#context';
import { createCounters } from '#counters';
import { createFaults } from '#faults';
import { type AccessKeys, type Credentials, createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createFunctions, type Functions } from '#lambda/functions';
import { createOwnHosts } from '#own-hosts';
import { monitoring } from '../fixture/monitoring.ts';
import { template, triggerCode } from './template.ts';

export interface Fixture {
  readonly origin: string;
  readonly endpoint: string;
  readonly dataDirectory: string;
  readonly stack: Stack;
  readonly functions: Functions;
  readonly keys: AccessKeys;
  readonly lines: string[];
  readonly web: string;
  readonly pool: string;
  readonly issuer: string;
  /** Where the pool's keys are. */
  readonly documents: string;
  /** The SDK's client. Without credentials it does not sign. */
  sdk(credentials?: Credentials): CognitoIdentityProviderClient;
  root(): CognitoIdentityProviderClient;
  /** Moves the service's clock. */
  advance(milliseconds: number): void;
  /** Stops the service's clock. @returns what lets it go on */
  stopClock(): () => void;
  /** The code in the newest message to this user. */
  code(username: string, kind?: 'confirm' | 'forgot' | 'verify'): Promise<string>;
  /** The newest letter of this kind to this user. */
  letter(username: string, kind: string): Promise<string>;
  /** The events of the trigger function. */
  events(): Promise<unknown[]>;
  /** Replaces the template, as a save in development does. */
  reload(change: Change): void;
  stop(): Promise<void>;
}

type Change = (resources: typeof template.Resources) => void;

/** Keeps only the `pools` that a test needs and their resources, because creating a pool's keys takes time. */
function pick(resources: typeof template.Resources, pools: readonly string[] | undefined) {
  const unwanted = Object.entries(resources)
    .filter(([id, { Type }]) => Type === 'AWS::Cognito::UserPool' && pools?.includes(id) === false)
    .map(([id]) => id);
  const belongs = (resource: object) => unwanted.some((id) => mentions(JSON.stringify(resource), id));
  return Object.fromEntries(Object.entries(resources).filter(([id, r]) => !unwanted.includes(id) && !belongs(r)));
}

const mentions = (text: string, id: string) => text.includes(`{"Ref":"${id}"}`) || text.includes(`["${id}","Arn"]`);

/** Serves only Cognito on its own port, with real functions, keys and policies. */
export async function startFixture(
  options: { dataDirectory?: string; change?: Change; pools?: readonly string[] } = {},
): Promise<Fixture> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'cognito-')));
  const codeDirectory = join(dataDirectory, 'code');
  const eventsFile = join(dataDirectory, 'events.jsonl');
  await mkdir(codeDirectory, { recursive: true });
  await writeFile(join(codeDirectory, 'index.mjs'), triggerCode);

  const server = createServer();
  // As the runtime's port does: longer than an SDK's agent keeps a connection.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;

  const readStack = (change: Change = () => {}) => {
    const changed = structuredClone(template);
    changed.Resources.Trigger.Properties.Environment.Variables.EVENTS = eventsFile;
    change(changed.Resources);
    return stackFromTemplate({
      template: { Resources: pick(changed.Resources, options.pools) },
      name: 'Test',
      origin,
      codeDirectories: { Trigger: codeDirectory },
    });
  };
  let stack = readStack(options.change);
  let ahead = 0;
  let stoppedAt: number | undefined;
  const lines: string[] = [];
  const shared = {
    stack,
    origin,
    dataDirectory,
    keys: createAccessKeys(),
    policies: createPolicies(() => stack),
    faults: createFaults(),
    counters: createCounters(),
    ...monitoring(),
    calls: createCalls(),
    clock: { now: () => (stoppedAt ?? Date.now()) + ahead },
  };
  const functions = createFunctions(shared);
  const context: Context = {
    ...shared,
    get stack() {
      return stack;
    },
    functions,
    isOwnHost: createOwnHosts(),
    timeScale: 1,
    // Tests make many passwords, and nobody steals them.
    passwordCost: 1024,
    log: (line) => lines.push(line),
  };
  const service = await startCognito(context);
  server.on('request', (request, response) => void service.handle(request, response));

  const pool = stack.ref('People');
  const endpoint = `${origin}/_aws/cognito-idp`;
  const clients: CognitoIdentityProviderClient[] = [];
  const sdk = (credentials: Credentials = { accessKeyId: 'none', secretAccessKey: 'none' }) => {
    const client = new CognitoIdentityProviderClient({
      endpoint,
      region: stack.region,
      credentials,
      maxAttempts: 1,
      systemClockOffset: ahead,
    });
    clients.push(client);
    return client;
  };
  async function letter(username: string, kind: string): Promise<string> {
    const directory = join(dataDirectory, 'mail');
    const names = (await readdir(directory)).filter((name) => name.includes(`Z-${username}-${kind}`)).sort();
    const newest = names.at(-1);
    if (!newest) throw new Error(`no ${kind} letter to ${username}`);
    return readFile(join(directory, newest), 'utf8');
  }
  return {
    origin,
    endpoint,
    dataDirectory,
    stack,
    functions,
    keys: shared.keys,
    lines,
    web: stack.ref('Web'),
    pool,
    issuer: `https://cognito-idp.${stack.region}.amazonaws.com/${pool}`,
    documents: `${endpoint}/${pool}/.well-known`,
    sdk,
    root: () => sdk(shared.keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` })),
    advance: (milliseconds) => {
      ahead += milliseconds;
    },
    stopClock() {
      stoppedAt = Date.now();
      return () => {
        stoppedAt = undefined;
      };
    },
    async code(username, kind = 'confirm') {
      const text = await letter(username, kind);
      const line = text.split('\n').find((each) => /^\d{6}$/.test(each));
      if (!line) throw new Error(`no code in ${text}`);
      return line;
    },
    letter,
    async events() {
      const text = await readFile(eventsFile, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
    reload(change) {
      stack = readStack(change);
      functions.replace(stack);
    },
    async stop() {
      for (const client of clients) client.destroy();
      await service.stop();
      await functions.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!options.dataDirectory) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
