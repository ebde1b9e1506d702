/** Lambda's Invoke with the real SDK. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { InvokeCommand, type InvokeCommandInput, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { systemClock } from '#clock';
import type { Context } from '#context';
import { createCounters } from '#counters';
import { startEvents } from '#events/start';
import { createFaults } from '#faults';
import { createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createAsyncQueue } from '#lambda/async-queue';
import { createFunctions, type Functions } from '#lambda/functions';
import { startInvokeApi } from '#lambda/invoke-api';
import { createOwnHosts } from '#own-hosts';
import { startSns } from '#sns/start';
import { startSqs } from '#sqs/start';
import { createDestinations } from '#targets/destinations';
import { createTargets } from '#targets/targets';
import { monitoring } from './fixture/monitoring.ts';
import { listen } from './fixture/start-fixture.ts';

/** Appends its start, its end and its event to a file; fails as often as the event says. */
const recorder = `
  import { appendFileSync } from 'node:fs';
  export const handler = async (event, { awsRequestId }) => {
    const began = Date.now();
    if (event.takes) await new Promise((go) => setTimeout(go, event.takes));
    appendFileSync(process.env.FILE, JSON.stringify({ event, began, ended: Date.now() }) + '\\n');
    if (event.fails) throw new TypeError('as asked');
    return { heard: event };
  };`;

const Tried = z.object({ event: z.record(z.string(), z.unknown()), began: z.number(), ended: z.number() });

const functionIds = ['Plain', 'Once', 'Closed', 'Mute', 'Single'];
const minute = 60_000;
const timeScale = 200;

let folder: string;
let server: Server;
let context: Context;
let functions: Functions;
let lambda: LambdaClient;
let stop: () => Promise<void>;

function template(file: (id: string) => string) {
  const trust = {
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const allow = (Action: string, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });
  const queue = { 'Fn::GetAtt': ['Letters', 'Arn'] };
  const role = (...Statement: object[]) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust,
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      Policies: Statement.length > 0 ? [{ PolicyName: 'own', PolicyDocument: { Statement } }] : [],
    },
  });
  const fn = (id: string, Role: string, properties: object = {}) => ({
    [id]: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: id.toLowerCase(),
        Role: { 'Fn::GetAtt': [Role, 'Arn'] },
        Environment: { Variables: { FILE: file(id) } },
        ...properties,
      },
    },
  });
  const events = (id: string, properties: object) => ({
    [`${id}Events`]: {
      Type: 'AWS::Lambda::EventInvokeConfig',
      Properties: {
        FunctionName: { Ref: id },
        Qualifier: '$LATEST',
        DestinationConfig: { OnFailure: { Destination: queue } },
        ...properties,
      },
    },
  });
  return {
    Resources: {
      Letters: { Type: 'AWS::SQS::Queue', Properties: {} },
      Role: role(allow('sqs:SendMessage', queue), allow('lambda:InvokeFunction', { 'Fn::GetAtt': ['Plain', 'Arn'] })),
      MuteRole: role(),
      ...fn('Plain', 'Role'),
      ...fn('Once', 'Role'),
      ...events('Once', { MaximumRetryAttempts: 1 }),
      ...fn('Closed', 'Role', { ReservedConcurrentExecutions: 0 }),
      ...events('Closed', {}),
      ...fn('Single', 'Role', { ReservedConcurrentExecutions: 1 }),
      ...fn('Mute', 'MuteRole'),
      ...events('Mute', { MaximumRetryAttempts: 0 }),
    },
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-invoke-'));
  for (const id of functionIds) {
    await mkdir(join(folder, 'code', id), { recursive: true });
    await writeFile(join(folder, 'code', id, 'index.mjs'), recorder);
  }
  server = createServer();
  // As the runtime's port does: longer than an SDK's agent keeps a connection.
  server.keepAliveTimeout = 65_000;
  const origin = await listen(server);
  const codeDirectories = Object.fromEntries(functionIds.map((id) => [id, join(folder, 'code', id)]));
  const file = (id: string) => join(folder, `${id}.jsonl`);
  const stack = stackFromTemplate({ template: template(file), name: 'Try', origin, codeDirectories });
  const [keys, counters, faults, clock] = [createAccessKeys(), createCounters(), createFaults(), systemClock];
  const calls = createCalls();
  const policies = createPolicies(() => stack);
  const monitored = monitoring();
  functions = createFunctions({
    ...monitored,
    stack,
    origin,
    dataDirectory: folder,
    keys,
    policies,
    faults,
    counters,
    calls,
    clock,
  });
  const shared = {
    ...monitored,
    stack,
    origin,
    dataDirectory: folder,
    keys,
    policies,
    functions,
    faults,
    counters,
    calls,
    clock,
  };
  context = { ...shared, isOwnHost: createOwnHosts(), timeScale, log: () => {} };
  const sqs = await startSqs(context);
  const events = createAsyncQueue(
    context,
    createDestinations(() => ({ targets, topics, bus })),
  );
  const targets = createTargets(context, { events, queues: sqs });
  const topics = await startSns(context, targets);
  const bus = await startEvents(context, { targets, topics });
  const api = await startInvokeApi(context, events);
  server.on('request', (request, response) => void api.handle(request, response));
  const credentials = keys.issue({ kind: 'root', arn: `arn:aws:iam::${stack.account}:root` });
  lambda = clientOf(credentials);
  stop = async () => {
    events.stop();
    await api.stop();
    await functions.stop();
    await sqs.stop();
  };
});
afterAll(async () => {
  lambda.destroy();
  await stop();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  context.faults.repeatEvent = 0;
  context.faults.functionThrottled = 0;
  context.counters.reset();
});

function clientOf(credentials: ReturnType<Context['keys']['issue']>): LambdaClient {
  const { origin, stack } = context;
  return new LambdaClient({ endpoint: `${origin}/_aws/lambda`, region: stack.region, credentials, maxAttempts: 1 });
}

const invoke = (FunctionName: string, event: unknown, more: Partial<InvokeCommandInput> = {}, client = lambda) =>
  client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: JSON.stringify(event), ...more }));

/** The attempts for this event, after the last one has ended. */
async function triesOf(id: string, event: { n: number }): Promise<z.infer<typeof Tried>[]> {
  await settled(id);
  const text = await readFile(join(folder, `${id}.jsonl`), 'utf8').catch(() => '');
  const all = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Tried.parse(JSON.parse(line)));
  return all.filter((tried) => tried.event.n === event.n);
}

async function settled(id: string): Promise<void> {
  const count = (name: string) => context.counters.snapshot()[`lambda.${name}:${id}`] ?? 0;
  for (const deadline = Date.now() + 8_000; count('event') !== count('event-done'); await pause(5)) {
    if (Date.now() > deadline) throw new Error('the event was not settled in 8 seconds');
  }
}

async function letters(): Promise<unknown[]> {
  const [name] = context.stack.ofType('AWS::SQS::Queue').map(({ logicalId }) => context.stack.arn(logicalId));
  const text = await readFile(join(folder, 'sqs', `${name?.split(':').at(-1)}.json`), 'utf8').catch(() => '[]');
  return z
    .array(z.object({ body: z.string() }))
    .parse(JSON.parse(text))
    .map(({ body }) => JSON.parse(body));
}

describe('an event', () => {
  test('is accepted with 202 before it is handled, and handled once', async () => {
    const answer = await invoke('plain', { n: 1, takes: 100 });
    expect(answer.StatusCode).toBe(202);
    expect(answer.Payload?.length ?? 0).toBe(0);
    expect(await triesOf('Plain', { n: 1 })).toHaveLength(1);
  });

  test('whose function fails is retried after one minute and again after two', async () => {
    await invoke('plain', { n: 2, fails: true });
    const tries = await triesOf('Plain', { n: 2 });
    expect(tries).toHaveLength(3);
    const [first, second, third] = tries.map(({ began, ended }) => ({ began, ended }));
    expect((second?.began ?? 0) - (first?.ended ?? 0)).toBeGreaterThanOrEqual(minute / timeScale - 1);
    expect((third?.began ?? 0) - (second?.ended ?? 0)).toBeGreaterThanOrEqual((2 * minute) / timeScale - 1);
  });

  test('is retried MaximumRetryAttempts times and then sent to the queue with the error', async () => {
    await invoke('once', { n: 3, fails: true });
    expect(await triesOf('Once', { n: 3 })).toHaveLength(2);
    expect((await letters()).at(-1)).toEqual({
      version: '1.0',
      timestamp: expect.stringMatching(/Z$/),
      requestContext: {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        functionArn: `${context.stack.arn('Once')}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: 2,
      },
      requestPayload: { n: 3, fails: true },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      responsePayload: { errorType: 'TypeError', errorMessage: 'as asked' },
    });
  });

  test('for a function with a concurrency of 0 goes to the queue without an attempt', async () => {
    await invoke('closed', { n: 4 });
    expect(await triesOf('Closed', { n: 4 })).toEqual([]);
    expect((await letters()).at(-1)).toMatchObject({
      requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
      requestPayload: { n: 4 },
    });
  });

  test('beyond the reserved concurrency is tried again until it gets through, with functionThrottled', async () => {
    context.faults.functionThrottled = 1;
    await Promise.all(Array.from({ length: 4 }, () => invoke('single', { n: 9, takes: 20 })));
    expect(await triesOf('Single', { n: 9 })).toHaveLength(4);
    expect(context.counters.snapshot()['faults.functionThrottled']).toBeGreaterThanOrEqual(3);
    expect(context.counters.snapshot()['lambda.event-retries']).toBeUndefined();
  });

  test('is lost if the function’s role may not write to the queue', async () => {
    const before = await letters();
    await invoke('mute', { n: 5, fails: true });
    expect(await triesOf('Mute', { n: 5 })).toHaveLength(1);
    expect(await letters()).toEqual(before);
  });

  test('may be delivered again although it was handled', async () => {
    context.faults.repeatEvent = 1;
    await invoke('plain', { n: 6 });
    expect(await triesOf('Plain', { n: 6 })).toHaveLength(2);
  });

  test('is one of at most four that a function handles at once', async () => {
    await Promise.all(Array.from({ length: 12 }, () => invoke('plain', { n: 7, takes: 400 })));
    const tries = await triesOf('Plain', { n: 7 });
    const most = Math.max(
      ...tries.map(({ began }) => tries.filter((one) => one.began <= began && one.ended > began).length),
    );
    expect(tries).toHaveLength(12);
    expect(most).toBeLessThanOrEqual(4);
    // How many of the four have started when the first is done, depends on the machine.
    expect(most).toBeGreaterThan(1);
  });

  test('may have up to 1 MB', async () => {
    const of = (bytes: number) => JSON.stringify({ n: 8, x: 'x'.repeat(bytes - '{"n":8,"x":""}'.length) });
    await invoke('plain', undefined, { Payload: of(1024 * 1024) });
    await expect(invoke('plain', undefined, { Payload: of(1024 * 1024 + 1) })).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      message: '1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)',
    });
    expect(await triesOf('Plain', { n: 8 })).toHaveLength(1);
  });

  test('that is not JSON is refused', async () => {
    await expect(invoke('plain', undefined, { Payload: '{' })).rejects.toMatchObject({
      name: 'InvalidRequestContentException',
    });
  });
});

test('a call beyond the reserved concurrency is TooManyRequestsException with functionThrottled, and waits without', async () => {
  const call = () => invoke('single', { n: 10, takes: 50 }, { InvocationType: 'RequestResponse' });
  await Promise.all([call(), call()]);
  context.faults.functionThrottled = 1;
  const [first, second] = await Promise.allSettled([call(), call()]);
  expect(first.status).toBe('fulfilled');
  expect(second).toMatchObject({
    reason: { name: 'TooManyRequestsException', message: 'Rate Exceeded.', $metadata: { httpStatusCode: 429 } },
  });
});

describe('a function', () => {
  test('is found by its name, its ARN or the end of its ARN, with and without $LATEST', async () => {
    const arn = context.stack.arn('Plain');
    const named = ['plain', arn, `${arn}:$LATEST`, `${context.stack.account}:function:plain`];
    for (const name of named) expect((await invoke(name, { n: 9 })).StatusCode).toBe(202);
    expect(await triesOf('Plain', { n: 9 })).toHaveLength(4);
  });

  test('that does not exist gives ResourceNotFoundException', async () => {
    await expect(invoke('nobody', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringMatching(/^Function not found: arn:aws:lambda:us-east-1:\d{12}:function:nobody$/),
    });
  });

  test('can be invoked by roles with lambda:InvokeFunction on it only', async () => {
    const [role] = context.policies.permissions().filter(({ action }) => action === 'lambda:InvokeFunction');
    const arn = `arn:aws:sts::${context.stack.account}:assumed-role/Role/plain`;
    const keys = context.keys.issue({ kind: 'role', arn, roleId: role?.roleId ?? '', functionId: 'Plain' });
    const client = clientOf(keys);
    expect((await invoke('plain', { n: 10 }, {}, client)).StatusCode).toBe(202);
    await expect(invoke('once', { n: 10 }, {}, client)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(
        'is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:',
      ),
    });
    client.destroy();
    const stranger = clientOf({ ...keys, secretAccessKey: 'guessed' });
    await expect(invoke('plain', { n: 10 }, {}, stranger)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    stranger.destroy();
    expect(await triesOf('Plain', { n: 10 })).toHaveLength(1);
  });

  test('that is invoked synchronously returns its result or its error; a dry run does nothing', async () => {
    const wait = { InvocationType: 'RequestResponse' } as const;
    const answer = await invoke('plain', { n: 11 }, wait);
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toEqual({ heard: { n: 11 } });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    const failed = await invoke('plain', { n: 12, fails: true }, wait);
    expect(failed).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(Buffer.from(failed.Payload ?? []).toString())).toMatchObject({ errorMessage: 'as asked' });
    expect((await invoke('plain', { n: 13 }, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    expect(await triesOf('Plain', { n: 13 })).toEqual([]);
  });
});
