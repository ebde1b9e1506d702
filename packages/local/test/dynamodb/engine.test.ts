import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Engine, startEngine } from '#dynamodb/engine';
import { createEngineClient } from '#dynamodb/engine-client';
import { findEngine } from '#dynamodb/find-engine';
import { canIsolate, hiddenHost } from '#dynamodb/isolation';
import { eventually } from './eventually.ts';
import { startRuntime, temporaryFolder } from './runtime.ts';
import { lambda, role, table } from './template.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const operation = (name: string) => `DynamoDB_20120810.${name}`;
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const gone = (pid: number) => eventually(() => expect(isRunning(pid)).toBe(false));

test('after kill -9 of the runtime the engine ends, and a new start finds every acknowledged write', async () => {
  const holder = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'holder.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(holder.stdout, 'data');
  const { url, pid }: { url: string; pid: number } = JSON.parse(String(line));
  const before = createEngineClient({ url: url });
  await before.call(operation('CreateTable'), {
    TableName: 'Chat',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  });
  let acknowledged = 0;
  const died = once(holder, 'exit');
  const writing = Array.from({ length: 200 }, async (_, at) => {
    await before.call(operation('PutItem'), { TableName: 'Chat', Item: { pk: { S: `${at}` } } }).then(
      () => {
        acknowledged += 1;
        if (acknowledged === 50) holder.kill('SIGKILL');
      },
      () => {},
    );
  });
  await Promise.all([...writing, died]);
  before.stop();

  const engine = await startEngine({ dataDirectory: folder });
  const after = createEngineClient({ url: engine.url });
  const scanned = await after.call(operation('Scan'), { TableName: 'Chat', Select: 'COUNT' });
  expect(Object(scanned).Count).toBeGreaterThanOrEqual(acknowledged);
  expect(acknowledged).toBeGreaterThanOrEqual(50);
  await gone(pid);
  after.stop();
  await engine.stop();
});

test('a new database has an index for the numbers of stream records, so that writes stay fast', async () => {
  const engine = await startEngine({ dataDirectory: folder });
  await engine.stop();
  const schema = readFileSync(join(folder, 'dynamodb/tables.db'), 'latin1');
  expect(schema).toContain(
    'CREATE INDEX _stream_order ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
  );
});

test('stop ends the engine, and `died` does not resolve', async () => {
  const engine = await startEngine({ dataDirectory: folder });
  let died = false;
  void engine.died.then(() => {
    died = true;
  });
  await engine.stop();
  await gone(engine.pid ?? 0);
  expect(died).toBe(false);
});

describe('an engine that dies', () => {
  const template = { Resources: { Table: table, Role: role(['dynamodb:*']), Function: lambda('Role') } };
  const key = { pk: 'a', sk: 'b' };

  test('is started again, with all that was acknowledged; reads do not notice, and no write is done twice', async () => {
    const runtime = await startRuntime({ template, dataDirectory: folder });
    const client = runtime.client('Function');
    const TableName = runtime.context.stack.ref('Table');
    const add = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } };
    let [acknowledged, unknown, kills] = [0, 0, 0];
    const write = async () => {
      try {
        await client.send(new UpdateCommand({ TableName, Key: key, ...add }));
        acknowledged += 1;
      } catch (error) {
        // What DynamoDB answers when nobody knows whether it has written. The SDK repeats such a request.
        expect(error).toMatchObject({ name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });
        unknown += 1;
      }
      if (acknowledged === 60 * (kills + 1) && kills < 2) {
        kills += 1;
        process.kill(runtime.dynamodb.enginePid ?? 0, 'SIGKILL');
      }
    };
    const read = () => client.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }));
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => Promise.all([write(), read()])));
    }
    expect(kills).toBe(2);
    expect(acknowledged + unknown).toBe(200);
    const n: unknown = (await read()).Item?.n;
    expect(n).toBeGreaterThanOrEqual(acknowledged);
    expect(n).toBeLessThanOrEqual(200);
    await expect(runtime.dynamodb.sweepExpired()).resolves.toBe(0);
    const { 'dynamodb.restarts': restarts } = runtime.context.counters.snapshot();
    expect(restarts).toBe(2);
    expect(runtime.log.filter((line) => line.includes('engine'))).toEqual([
      expect.stringMatching(/^DynamoDB's engine has stopped \(.+\) and runs again; what was stored is kept$/),
      expect.stringMatching(/^DynamoDB's engine has stopped \(.+\) and runs again; what was stored is kept$/),
    ]);
    await runtime.stop();
  });

  test.skipIf(process.platform === 'win32')(
    'because its keeper was killed is started again too, and none is left over',
    async () => {
      const runtime = await startRuntime({ template, dataDirectory: folder });
      const first = runtime.dynamodb.enginePid ?? 0;
      const parent = execFileSync('ps', ['-o', 'ppid=', '-p', `${first}`], { encoding: 'utf8' });
      process.kill(Number(parent), 'SIGKILL');
      await gone(first);
      await eventually(() => expect(runtime.dynamodb.enginePid).not.toBe(first));
      const TableName = runtime.context.stack.ref('Table');
      await expect(runtime.client('Function').send(new GetCommand({ TableName, Key: key }))).resolves.toBeDefined();
      await runtime.stop();
    },
  );

  test('again and again is given up with one sentence, and the SDK gets an error that it may repeat', async () => {
    const runtime = await startRuntime({ template, dataDirectory: folder });
    const client = runtime.client('Function');
    const get = new GetCommand({ TableName: runtime.context.stack.ref('Table'), Key: key });
    for (let death = 0; death < 11; death += 1) {
      await client.send(get);
      process.kill(runtime.dynamodb.enginePid ?? 0, 'SIGKILL');
    }
    const sentence = await runtime.dynamodb.died;
    expect(sentence).toMatch(
      /^DynamoDB's engine has stopped \(.+; it did so 11 times within a minute\); start again, what was stored is kept$/,
    );
    expect(runtime.log).toContain(sentence);
    await expect(client.send(get)).rejects.toMatchObject({
      name: 'InternalServerError',
      $metadata: { httpStatusCode: 500 },
    });
    await runtime.stop();
  });
});

describe.runIf(canIsolate())('the engine of a runtime', () => {
  const template = { Resources: { Table: table, Role: role(['dynamodb:*']), Function: lambda('Role') } };

  test('listens where no other program can connect to it, and expired items are deleted all the same', async () => {
    const runtime = await startRuntime({ template, dataDirectory: folder });
    const { engine, enginePid } = runtime.dynamodb;
    expect(readlinkSync(`/proc/${enginePid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'));
    // Whatever answers on that port here, it is not this engine.
    const client = createEngineClient({ url: engine.url });
    const answer = await client.call(operation('ListTables'), {}).catch(() => 'refused');
    expect(JSON.stringify(answer)).not.toContain(runtime.context.stack.ref('Table'));
    client.stop();
    await expect(runtime.dynamodb.sweepExpired()).resolves.toBe(0);
    await runtime.stop();
  });

  test('ends after kill -9 of the runtime, with all that was started with it', async () => {
    const command = ['--import', 'tsx', join(import.meta.dirname, 'holder.ts'), folder, 'isolated'];
    const holder = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(holder.stdout, 'data');
    const { pid }: { pid: number } = JSON.parse(String(line));
    const groups = () => execFileSync('ps', ['-eo', 'pid=,pgid='], { encoding: 'utf8' }).split('\n');
    const group = groups()
      .find((row) => Number.parseInt(row, 10) === pid)
      ?.trim()
      .split(/ +/)[1];
    const members = () => groups().filter((row) => row.trim().split(/ +/)[1] === group);
    expect(members().length).toBeGreaterThanOrEqual(2);
    holder.kill('SIGKILL');
    await gone(pid);
    await eventually(() => expect(members()).toEqual([]));
  });
});

test('without a namespace the engine is at an address that cannot be guessed, on Linux', () => {
  const hosts = new Set(Array.from({ length: 50 }, hiddenHost));
  for (const host of hosts) expect(host).toMatch(/^127(\.\d{1,3}){3}$/);
  expect(hosts.size).toBeGreaterThan(process.platform === 'linux' ? 45 : 0);
});

test('stored items are there after a restart', async () => {
  const template = { Resources: { Table: table, Role: role(['dynamodb:*']), Function: lambda('Role') } };
  const first = await startRuntime({ template, dataDirectory: folder });
  const TableName = first.context.stack.ref('Table');
  const Item = { pk: 'a', sk: 'b', n: 1 };
  await first.client('Function').send(new PutCommand({ TableName, Item }));
  await first.stop();
  const second = await startRuntime({ template, dataDirectory: folder });
  const answer = await second.client('Function').send(new GetCommand({ TableName, Key: { pk: 'a', sk: 'b' } }));
  expect(answer.Item).toEqual(Item);
  await second.stop();
});

test('a chosen program that does not exist or is not an engine gives one clear sentence', async () => {
  expect(() => findEngine({ program: '/nowhere/dynoxide' })).toThrow(
    'unable to start DynamoDB; DYNOXIDE_PATH names /nowhere/dynoxide, which is not a program',
  );
  const other = startEngine({ dataDirectory: folder, engine: { program: '/bin/false' } });
  await expect(other).rejects.toThrow('unable to start DynamoDB; its engine says: exit 1');
});

test('a running engine is used instead of a new one', async () => {
  const running: Engine = await startEngine({ dataDirectory: folder });
  const used = await startEngine({ dataDirectory: '/nowhere', engine: { endpoint: running.url } });
  expect(used.url).toBe(running.url);
  await used.stop();
  const client = createEngineClient({ url: running.url });
  await expect(client.call(operation('ListTables'), {})).resolves.toEqual({ TableNames: [] });
  client.stop();
  await running.stop();
});
