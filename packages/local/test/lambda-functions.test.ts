import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stack, stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { systemClock } from '#clock';
import { createCounters } from '#counters';
import { createFaults } from '#faults';
import { createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createFunctions, type Functions } from '#lambda/functions';
import { monitoring } from './fixture/monitoring.ts';

const sources: Record<string, string> = {
  Echo: `
    let calls = 0;
    export const handler = async (event, context) => ({
      event, calls: ++calls, env: process.env, remaining: context.getRemainingTimeInMillis(), context: { ...context },
    });`,
  Hang: 'export const handler = async () => { console.log("before"); for (;;); };',
  Throw: `
    class NotFound extends Error { name = 'NotFound' }
    let calls = 0;
    export const handler = async (event) => {
      calls += 1;
      if (event === 'calls') return calls;
      if (event === 'string') throw 'plain';
      throw new NotFound('no such thing');
    };`,
  Exit: 'export const handler = async (event) => { if (event.exit !== undefined) process.exit(event.exit); return "alive"; };',
  Stray: 'export const handler = () => new Promise(() => { setTimeout(() => { throw new TypeError("stray") }, 5) });',
  Rejection: 'export const handler = () => new Promise(() => { Promise.reject(new Error("nobody looks")) });',
  Hungry:
    'export const handler = async () => { const all = []; for (;;) all.push(new Array(100_000).fill({}).map(() => ({}))); };',
  Large: 'export const handler = async () => "x".repeat(6 * 1024 * 1024);',
  Nothing: 'export const handler = async () => undefined;',
  Unreadable: 'export const handler = async ( => 1;',
  Nameless: 'export const main = async () => 1;',
  Slow: 'export const handler = async () => { const from = Date.now(); await new Promise((go) => setTimeout(go, 150)); return [from, Date.now()]; };',
  Single:
    'export const handler = async () => { const from = Date.now(); await new Promise((go) => setTimeout(go, 20)); return [from, Date.now()]; };',
  Closed: 'export const handler = async () => 1;',
  Mute: 'export const handler = async () => { console.log("nobody will read this"); };',
  Quiet: `
    export const handler = async (event) => {
      process.stdout.write('{"level":"INFO","message":"own"}\\n');
      if (event.fail) throw new Error('failed');
      return 'done';
    };`,
  Reloaded: 'export const handler = async () => "one";',
};

const properties: Record<string, object> = {
  Echo: { Timeout: 5, MemorySize: 192, Environment: { Variables: { COLOUR: 'green', AWS_REGION: 'mars' } } },
  Hang: { Timeout: 1 },
  Hungry: { Timeout: 20 },
  Single: { ReservedConcurrentExecutions: 1 },
  Closed: { ReservedConcurrentExecutions: 0 },
  Quiet: { LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' } },
  Mute: { Role: { 'Fn::GetAtt': ['SilentRole', 'Arn'] } },
};

const trust = {
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const basic = ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'];

function template() {
  const functions = Object.keys(sources).map((id) => [
    id,
    {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        ...properties[id],
      },
    },
  ]);
  return {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust, ManagedPolicyArns: basic } },
      SilentRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
      Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { ProtocolType: 'HTTP' } },
      Allowed: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: { 'Fn::GetAtt': ['Echo', 'Arn'] },
          Principal: 'apigateway.amazonaws.com',
          SourceArn: { 'Fn::Join': ['', ['arn:aws:execute-api:us-east-1:000000000000:', { Ref: 'Api' }, '/*/*/me']] },
        },
      },
      ...Object.fromEntries(functions),
    },
  };
}

let data: string;
let stack: Stack;
let functions: Functions;
const keys = createAccessKeys();
const counters = createCounters();
const faults = createFaults();

function load(): Stack {
  const codeDirectories = Object.fromEntries(Object.keys(sources).map((id) => [id, join(data, 'code', id)]));
  return stackFromTemplate({ template: template(), name: 'Try', origin: 'http://127.0.0.1:9', codeDirectories });
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'local-lambda-'));
  for (const [id, source] of Object.entries(sources)) {
    await mkdir(join(data, 'code', id), { recursive: true });
    await writeFile(join(data, 'code', id, 'index.mjs'), source);
  }
  stack = load();
  const policies = createPolicies(() => stack);
  const origin = 'http://127.0.0.1:9';
  functions = createFunctions({
    stack,
    origin,
    dataDirectory: data,
    keys,
    policies,
    faults,
    counters,
    ...monitoring(),
    calls: createCalls(),
    clock: systemClock,
  });
});

afterAll(async () => {
  await functions.stop();
  await rm(data, { recursive: true });
});

async function payload(functionId: string, event: unknown = {}): Promise<unknown> {
  const result = await functions.invoke(functionId, event);
  return result.ok ? result.payload : result;
}

describe('an invocation', () => {
  test('starts cold once and then reuses the environment', async () => {
    expect(await payload('Echo', { a: [1] })).toMatchObject({ event: { a: [1] }, calls: 1 });
    expect(await payload('Echo', null)).toMatchObject({ event: null, calls: 2 });
    expect(counters.snapshot()).toMatchObject({ 'lambda.invoke:Echo': 2, 'lambda.cold:Echo': 1 });
  });

  test("has the template's variables, overridden by Lambda's, and none of this machine's", async () => {
    process.env.OF_THIS_MACHINE = 'yes';
    const result = await payload('Echo');
    expect(result).toMatchObject({
      env: {
        COLOUR: 'green',
        AWS_REGION: 'us-east-1',
        AWS_LAMBDA_FUNCTION_NAME: stack.ref('Echo'),
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '192',
        AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9/_aws/dynamodb',
      },
    });
    expect(result).not.toHaveProperty('env.OF_THIS_MACHINE');
    expect(result).not.toHaveProperty('env.NODE_OPTIONS');
  });

  test('signs with keys of its role', async () => {
    const result = await functions.invoke('Echo', {});
    const id = /"AWS_ACCESS_KEY_ID":"(ASIA[A-Z0-9]+)"/.exec(JSON.stringify(result))?.[1] ?? '';
    const arn = `arn:aws:sts::000000000000:assumed-role/${stack.ref('Role')}/${stack.ref('Echo')}`;
    expect(keys.find(id)?.principal).toEqual({ kind: 'role', arn, roleId: 'Role', functionId: 'Echo' });
  });

  test("gets Lambda's context", async () => {
    const result = await functions.invoke('Echo', {});
    expect(result).toMatchObject({
      payload: {
        context: {
          awsRequestId: result.requestId,
          functionName: stack.ref('Echo'),
          invokedFunctionArn: stack.arn('Echo'),
          memoryLimitInMB: '192',
          logGroupName: `/aws/lambda/${stack.ref('Echo')}`,
        },
        remaining: expect.closeTo(5000, -2.5),
      },
    });
  });

  test('that returns nothing gives null', async () => {
    expect(await payload('Nothing')).toBeNull();
  });

  test('of an unknown function gives an error result, not an exception', async () => {
    expect(await payload('Nobody')).toMatchObject({ ok: false, errorType: 'ResourceNotFoundException' });
  });
});

describe('a failing function', () => {
  test('is stopped at its timeout, even in an endless loop, and starts cold afterwards', async () => {
    expect(await payload('Hang')).toMatchObject({
      ok: false,
      timedOut: true,
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
    });
  });

  test('returns the name and message of its error, and its environment is reused', async () => {
    expect(await payload('Throw')).toMatchObject({ ok: false, errorType: 'NotFound', errorMessage: 'no such thing' });
    expect(await payload('Throw', 'string')).toMatchObject({ ok: false, errorType: 'string', errorMessage: 'plain' });
    expect(await payload('Throw', 'calls')).toBe(3);
  });

  test.each([
    ['Stray', 'TypeError', 'stray'],
    ['Rejection', 'Runtime.UnhandledPromiseRejection', 'nobody looks'],
    ['Unreadable', 'Runtime.UserCodeSyntaxError', expect.any(String)],
    ['Nameless', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    ['Hungry', 'Runtime.OutOfMemory', expect.stringContaining('Runtime exited with error: signal: killed')],
    ['Large', 'Function.ResponseSizeTooLarge', expect.stringContaining('exceeded maximum allowed payload size')],
    ['Closed', 'TooManyRequestsException', 'Rate Exceeded.'],
  ])('%s answers %s', async (functionId, errorType, errorMessage) => {
    expect(await payload(functionId)).toMatchObject({ ok: false, timedOut: false, errorType, errorMessage });
  });

  test('that exits is a Runtime.ExitError, and the next invocation gets a fresh environment', async () => {
    const errorMessage = expect.stringContaining('Error: Runtime exited with error: exit status 3');
    expect(await payload('Exit', { exit: 3 })).toMatchObject({
      ok: false,
      errorType: 'Runtime.ExitError',
      errorMessage,
    });
    expect(await payload('Exit')).toBe('alive');
  });

  test('is not invoked with an event over 6 MB', async () => {
    const event = 'x'.repeat(6 * 1024 * 1024);
    expect(await payload('Echo', event)).toMatchObject({ ok: false, errorType: 'RequestEntityTooLargeException' });
  });

  test('may be killed if that fault is on', async () => {
    faults.killWorker = 1;
    const result = await payload('Slow');
    faults.killWorker = 0;
    expect(result).toMatchObject({ ok: false, errorMessage: expect.stringContaining('signal: killed') });
    expect(await payload('Slow')).toHaveLength(2);
  });
});

describe('concurrency', () => {
  const spans = async (functionId: string, times: number) => {
    const results = await Promise.all(Array.from({ length: times }, () => payload(functionId)));
    return results
      .map((span) =>
        Array.isArray(span) ? { from: Number(span[0]), to: Number(span[1]) } : { from: Number.NaN, to: Number.NaN },
      )
      .sort((a, b) => a.from - b.from);
  };

  test('one environment handles one event at a time, several run at once', async () => {
    // The second round measures without cold starts: both environments are warm.
    await spans('Slow', 2);
    const [first, second] = await spans('Slow', 2);
    expect(second?.from).toBeLessThan(first?.to ?? 0);
  });

  test('ReservedConcurrentExecutions of 1 runs invocations one after the other', async () => {
    const all = await spans('Single', 3);
    expect(all[1]?.from).toBeGreaterThanOrEqual(all[0]?.to ?? Number.POSITIVE_INFINITY);
    expect(all[2]?.from).toBeGreaterThanOrEqual(all[1]?.to ?? Number.POSITIVE_INFINITY);
  });
});

describe('logs', () => {
  test('have the function’s lines between START and REPORT, in one file per log group', async () => {
    await payload('Throw');
    await payload('Hang');
    const group = `aws-lambda-${stack.ref('Hang')}.log`;
    await expect
      .poll(() => readFileSync(join(data, 'logs', group), 'utf8'))
      .toMatch(
        /START RequestId: (\S+) .*\n\S+\t\1\tINFO\tbefore\n.*\1 Task timed out after 1\.00 seconds\nEND RequestId: \1\nREPORT RequestId: \1\tDuration: /,
      );
  });

  test('in JSON at the level WARN have Lambda’s own line for a failure alone', async () => {
    await functions.invoke('Quiet', {});
    await functions.invoke('Quiet', { fail: true });
    const file = join(data, 'logs', `aws-lambda-${stack.ref('Quiet')}.log`);
    await expect.poll(() => readFileSync(file, 'utf8')).toContain('platform.report');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { message: 'own' },
      { message: 'own' },
      { level: 'ERROR', message: expect.stringContaining('failed') },
      { type: 'platform.report', record: { status: 'error' } },
    ]);
  });

  test('are not written if the role lacks the permission', async () => {
    expect(await functions.invoke('Mute', {})).toMatchObject({ ok: true });
    expect(readdirSync(join(data, 'logs')).filter((name) => name.includes('Mute'))).toEqual([]);
  });
});

describe('permission to invoke', () => {
  const arn = (path: string) => `arn:aws:execute-api:us-east-1:000000000000:${stack.ref('Api')}/${path}`;

  test.each([
    ['the service and source of a permission', 'Echo', 'apigateway.amazonaws.com', 'v1/GET/me', true],
    ['another path of the same API', 'Echo', 'apigateway.amazonaws.com', 'v1/GET/you', false],
    ['another service', 'Echo', 'cognito-idp.amazonaws.com', 'v1/GET/me', false],
    ['anybody, without a permission', 'Slow', 'apigateway.amazonaws.com', 'v1/GET/me', false],
  ])('%s', (_who, functionId, service, path, allowed) => {
    expect(functions.allows(functionId, service, arn(path))).toBe(allowed);
  });
});

test('after a reload the new code runs, and unchanged functions stay warm', async () => {
  expect(await payload('Reloaded')).toBe('one');
  await payload('Echo');
  const { 'lambda.cold:Echo': before } = counters.snapshot();
  const directory = join(data, 'code', 'Reloaded-2');
  await mkdir(directory);
  await writeFile(join(directory, 'index.mjs'), 'export const handler = async () => "two";');
  const codeDirectories = Object.fromEntries(Object.keys(sources).map((id) => [id, join(data, 'code', id)]));
  const next = { template: template(), name: 'Try', origin: 'http://127.0.0.1:9' };
  functions.replace(stackFromTemplate({ ...next, codeDirectories: { ...codeDirectories, Reloaded: directory } }));
  expect(await payload('Reloaded')).toBe('two');
  await payload('Echo');
  expect(counters.snapshot()['lambda.cold:Echo']).toBe(before);
});
