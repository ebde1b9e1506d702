import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import * as nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { notServed } from '#assembly/not-served';
import { type Stack, stackFromTemplate } from '#assembly/stack';
import { createCalls } from '#calls';
import { systemClock } from '#clock';
import { createCounters } from '#counters';
import { createFaults } from '#faults';
import { createAccessKeys } from '#iam/access-keys';
import { createPolicies } from '#iam/policy';
import { createFunctions, type Functions } from '#lambda/functions';
import { monitoring } from './fixture/monitoring.ts';
import { listen } from './fixture/start-fixture.ts';

/** Functions of Node.js 22, by their name: the files of each. */
const functionFiles: Record<string, Record<string, string>> = {
  Callback: {
    'index.js': `exports.handler = (event, context, callback) => {
      if (event === 'late') setTimeout(() => callback(null, 'late'), 20);
      else if (event === 'fails') callback(new RangeError('too far'));
      else if (event === 'waits') {
        const answer = ['first'];
        setTimeout(() => answer.push('then'), 20);
        callback(null, answer);
      } else if (event === 'does not wait') {
        context.callbackWaitsForEmptyEventLoop = false;
        setTimeout(() => { throw new Error('never') }, 60_000);
        callback(null, 'at once');
      } else if (event === 'twice') { callback(null, 1); callback(null, 2); }
      else if (event === 'done') context.done(null, 'done');
      else if (event === 'succeed') context.succeed('succeeded');
      else if (event === 'fail') context.fail('failed');
      else if (event === 'throw') throw new TypeError('thrown');
      return 'what a handler with a callback returns is nobody’s';
    };`,
  },
  Forgetful: {
    'index.js': 'exports.handler = () => { setTimeout(() => {}, 20); };',
  },
  Unsettled: { 'index.js': 'exports.handler = async () => { await new Promise(() => {}); };' },
  Modern: { 'index.js': 'exports.handler = (event, context, callback) => callback(null, 1);' },
  ModernPlain: { 'index.js': 'exports.handler = (event) => "plain";' },
  CommonJs: {
    'index.js': 'exports.handler = async () => [require("./lib/part").part, __dirname.endsWith("task")];',
    'lib/part.js': 'exports.part = "a part";',
  },
  Module: {
    'package.json': '{"type":"module"}',
    'index.js': 'export const handler = async () => import.meta.dirname === undefined;',
  },
  Detected: { 'index.js': 'export const handler = async () => "detected";' },
  DetectedBy24: { 'index.js': 'export const handler = async () => "detected";' },
  Nested: { 'src/app.js': 'exports.api = { handler: async () => "nested" };' },
  Layered: {
    'index.js':
      'exports.handler = async () => [require("greeting"), require("@scope/a"), require("@scope/b"), require("/opt/nodejs/tools")];',
  },
  LayeredModule: {
    'index.mjs': `import greeting from 'greeting';
      const tools = () => import('/opt/nodejs/tools.js').then((module) => module.default, () => 'none');
      export const handler = async () => [greeting, await tools()];`,
  },
  Sdk: { 'index.cjs': 'exports.handler = async () => [require("@aws-sdk/client-near"), __dirname.endsWith("Sdk")];' },
  MissingModule: { 'index.js': 'const missing = require("not-there"); exports.handler = async () => 1;' },
  MissingSdk: {
    'index.mjs': 'import "@aws-sdk/client-not-there"; import "@smithy/nor-this"; export const handler = async () => 1;',
  },
  AlsoMissing: {
    'index.js':
      'require("@smithy/nor-this/inside"); const text = "@aws-sdk/just-a-text"; exports.handler = async () => 1;',
  },
  Unreadable: { 'index.js': 'exports.handler = async ( => 1;' },
  Nameless: { 'index.js': 'exports.main = async () => 1;' },
  Throwing: { 'index.js': 'throw new RangeError("while loading");' },
  NoFile: { 'other.js': '' },
};

const layers: Record<string, Record<string, string>> = {
  First: {
    'nodejs/node_modules/greeting/index.js': 'module.exports = "first";',
    'nodejs/node_modules/@scope/a/index.js': 'module.exports = "a";',
  },
  Second: {
    'nodejs/node_modules/greeting/index.js': 'module.exports = "second";',
    'nodejs/node_modules/@scope/b/index.js': 'module.exports = "b";',
    'nodejs/tools.js': 'module.exports = require("greeting");',
  },
};

const inline = `
const response = require('cfn-response');
exports.handler = async (event, context) => {
  if (event.ResponseURL) await response.send(event, context, response.SUCCESS, { Value: 1 }, 'physical');
  return typeof module.exports.handler;
};`;

const properties: Record<string, object> = {
  Modern: { Runtime: 'nodejs24.x' },
  ModernPlain: { Runtime: 'nodejs24.x' },
  DetectedBy24: { Runtime: 'nodejs24.x' },
  Nested: { Handler: 'src/app.api.handler' },
  Layered: { Layers: [{ Ref: 'First' }, { Ref: 'Second' }] },
  LayeredModule: { Layers: [{ Ref: 'Second' }, { Ref: 'First' }, 'arn:aws:lambda:us-east-1:094274105915:layer:Far:1'] },
  Inline: { Code: { ZipFile: inline } },
};

/** Node.js 20 has none. */
const registerHooks = 'registerHooks' in nodeModule ? nodeModule.registerHooks : undefined;

let data: string;
let stack: Stack;
let functions: Functions;
const lines: string[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'local-node-runtime-'));
  await write(data, {
    // The project's own type must not matter.
    'package.json': '{"type":"module"}',
    'node_modules/@aws-sdk/client-near/package.json': '{}',
    'node_modules/@aws-sdk/client-near/index.js': 'module.exports = "near";',
  });
  for (const [id, files] of Object.entries({ ...functionFiles, ...layers })) await write(join(data, 'code', id), files);
  const ids = [...Object.keys(functionFiles), 'Inline'];
  const resources = {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] },
    },
    ...Object.fromEntries(
      Object.keys(layers).map((id) => [
        id,
        { Type: 'AWS::Lambda::LayerVersion', Properties: { Content: { S3Bucket: 'assets', S3Key: `${id}.zip` } } },
      ]),
    ),
    ...Object.fromEntries(
      ids.map((id) => [
        id,
        {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs22.x',
            Handler: 'index.handler',
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            ...properties[id],
          },
        },
      ]),
    ),
  };
  const folder = (id: string) => join(data, 'code', id);
  stack = stackFromTemplate({
    template: { Resources: resources },
    name: 'Try',
    origin: 'http://127.0.0.1:9',
    codeDirectories: Object.fromEntries(Object.keys(functionFiles).map((id) => [id, folder(id)])),
    assetDirectories: Object.fromEntries(Object.keys(layers).map((id) => [id, folder(id)])),
  });
  functions = createFunctions({
    stack,
    origin: 'http://127.0.0.1:9',
    dataDirectory: join(data, '.local'),
    keys: createAccessKeys(),
    policies: createPolicies(() => stack),
    faults: createFaults(),
    counters: createCounters(),
    ...monitoring(),
    calls: createCalls(),
    clock: systemClock,
    log: (line) => void lines.push(line),
  });
});
afterAll(async () => {
  await functions.stop();
  await rm(data, { recursive: true });
});

async function write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), content);
  }
}

async function payload(functionId: string, event: unknown = {}): Promise<unknown> {
  const result = await functions.invoke(functionId, event);
  return result.ok ? result.payload : { errorType: result.errorType, errorMessage: result.errorMessage };
}

describe('a handler with a callback, up to Node.js 22', () => {
  test.each([
    ['late', 'late'],
    ['waits', ['first', 'then']],
    ['twice', 1],
    ['done', 'done'],
    ['succeed', 'succeeded'],
    ['fails', { errorType: 'RangeError', errorMessage: 'too far' }],
    ['fail', { errorType: 'string', errorMessage: 'failed' }],
    ['throw', { errorType: 'TypeError', errorMessage: 'thrown' }],
    // The last one: on AWS too, what is left to do is waited for by the next invocation.
    ['does not wait', 'at once'],
  ])('%s', async (event, expected) => {
    expect(await payload('Callback', event)).toEqual(expected);
  });

  test('that never calls back answers null when nothing is left to do', async () => {
    expect(await payload('Forgetful')).toBeNull();
  });

  test('an async function that nothing can settle fails when nothing is left to do', async () => {
    expect(await payload('Unsettled')).toMatchObject({ errorType: 'Runtime.NodeJsExit' });
  });
});

describe('from Node.js 24', () => {
  test('a handler with a callback does not start', async () => {
    expect(await payload('Modern')).toMatchObject({ errorType: 'Runtime.CallbackHandlerDeprecated' });
  });

  test('what a plain function returns is the answer', async () => {
    expect(await payload('ModernPlain')).toBe('plain');
  });
});

describe('code', () => {
  test("without a package.json is CommonJS, whatever the project's type is", async () => {
    expect(await payload('CommonJs')).toEqual(['a part', true]);
  });

  test('with a package.json is what that says', async () => {
    expect(await payload('Module')).toBeTypeOf('boolean');
  });

  test('up to Node.js 22 is no ES module because of what is in it', async () => {
    expect(await payload('Detected')).toMatchObject({ errorType: 'Runtime.UserCodeSyntaxError' });
    expect(await payload('DetectedBy24')).toBe('detected');
  });

  test('may be in a folder, and its handler in an object', async () => {
    expect(await payload('Nested')).toBe('nested');
  });

  test('that is inline is CommonJS, and has cfn-response', async () => {
    expect(await payload('Inline')).toBe('function');
    const puts: unknown[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        puts.push([request.method, JSON.parse(body)]);
        response.end();
      });
    });
    const ResponseURL = await listen(server);
    await payload('Inline', { ResponseURL, StackId: 's', RequestId: 'r', LogicalResourceId: 'l' });
    server.close();
    const expected = { Status: 'SUCCESS', PhysicalResourceId: 'physical', StackId: 's', RequestId: 'r' };
    expect(puts).toEqual([
      ['PUT', expect.objectContaining({ ...expected, LogicalResourceId: 'l', Data: { Value: 1 } })],
    ]);
  });

  test('finds the SDK of the project, as if the runtime had brought it', async () => {
    expect(await payload('Sdk')).toEqual(['near', true]);
  });

  test('finds the packages of its layers, of which the last one wins, and their modules below /opt', async () => {
    expect(await payload('Layered')).toEqual(['second', 'a', 'b', 'second']);
    expect(await payload('LayeredModule')).toEqual(['first', registerHooks === undefined ? 'none' : 'first']);
    expect(notServed(stack)).toEqual([
      'not served here: AWS::Lambda::Function (layers of another app, whose files are missing) LayeredModule',
    ]);
  });
});

describe('a function that does not start has a line in its log and on the console', () => {
  test.each([
    ['MissingModule', 'Runtime.ImportModuleError', "Cannot find module 'not-there'"],
    ['Unreadable', 'Runtime.UserCodeSyntaxError', expect.any(String)],
    ['Nameless', 'Runtime.HandlerNotFound', 'index.handler is undefined or not exported'],
    ['Throwing', 'RangeError', 'while loading'],
    ['NoFile', 'Runtime.ImportModuleError', "Error: Cannot find module 'index'"],
  ])('%s', async (functionId, errorType, errorMessage) => {
    const result = await functions.invoke(functionId, {});
    expect(result).toMatchObject({ ok: false, errorType });
    const message = result.ok ? '' : (result.errorMessage.split('\n')[0] ?? '');
    expect(message).toEqual(errorMessage);
    expect(lines).toContain(`${functionId} did not start; ${errorType}: ${message}`);
    const log = join(data, '.local/logs', `aws-lambda-${stack.ref(functionId)}.log`);
    await expect.poll(() => readFileSync(log, 'utf8')).toMatch(`ERROR\tInit Error {"errorType":"${errorType}"`);
  });

  test('a missing part of the AWS SDK is named once, with the command that installs it', async () => {
    expect(await payload('MissingSdk')).toMatchObject({ errorType: 'Error' });
    await payload('AlsoMissing');
    expect(lines.filter((line) => line.includes('npm install'))).toEqual([
      "unable to find @aws-sdk/client-not-there, @smithy/nor-this, which AWS's runtime brings: npm install --save-dev @aws-sdk/client-not-there @smithy/nor-this",
    ]);
  });
});
