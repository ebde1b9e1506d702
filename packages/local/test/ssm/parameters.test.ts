import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';
import { outsideValues } from '#secrets/outside-values';
import { openSecretStore } from '#secrets/secret-store';
import { parameterFiles } from '#ssm/parameter-files';
import { startSsm } from '#ssm/start';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';

const parameter = (Value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Type: 'String', Value, ...more },
});

let fixture: Awaited<ReturnType<typeof startContext>>;
let client: SSMClient;
let own: SSMClient;
beforeAll(async () => {
  fixture = await startContext(({ seen, plan }) => ({
    Resources: {
      Work: { Type: 'AWS::SQS::Queue' },
      Address: parameter({ 'Fn::GetAtt': ['Work', 'Arn'] }, { Name: '/shop/queue' }),
      Colours: parameter('red,blue', { Name: '/shop/look/colours', Type: 'StringList' }),
      Nameless: parameter('x'),
      WorkerRole: role([], {
        more: [
          {
            Effect: 'Allow',
            Action: ['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'],
            Resource: { 'Fn::Sub': `arn:aws:ssm:$\{AWS::Region}:$\{AWS::AccountId}:parameter/shop*` },
          },
        ],
      }),
      Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
    },
  }));
  writeFileSync(
    join(fixture.dataDirectory, 'parameters.json'),
    JSON.stringify({ '/shop/flag': 'on', '/shop/key': { type: 'SecureString', value: 'hush' }, plain: 'p' }),
  );
  fixture.serve('/_aws/ssm', await startSsm(fixture.context));
  const { origin, stack } = fixture.context;
  const options = { region: stack.region, endpoint: `${origin}/_aws/ssm` };
  client = new SSMClient({ ...options, credentials: fixture.root() });
  own = new SSMClient({ ...options, credentials: fixture.worker() });
});
afterAll(async () => {
  client?.destroy();
  own?.destroy();
  await fixture?.stop();
});

const get = async (Name: string, more: object = {}, by = client) =>
  (await by.send(new GetParameterCommand({ Name, ...more }))).Parameter;
const named = (name: string, message = '') =>
  expect.objectContaining({ name, message: expect.stringContaining(message) });

test('a parameter of the template is found by its name and its ARN, with its resolved value', async () => {
  const { stack } = fixture.context;
  const found = await get('/shop/queue');
  expect(found).toEqual({
    Name: '/shop/queue',
    Type: 'String',
    Value: stack.arn('Work'),
    Version: 1,
    LastModifiedDate: expect.any(Date),
    ARN: `arn:aws:ssm:${stack.region}:${stack.account}:parameter/shop/queue`,
    DataType: 'text',
  });
  expect(await get(found?.ARN ?? '')).toEqual(found);
  expect(await get('/shop/queue:1')).toEqual(found);
  await expect(get('/shop/queue:2')).rejects.toThrow(named('ParameterVersionNotFound'));
  expect(stack.ref('Nameless')).toMatch(/^CFN-Nameless-\w{12}$/);
  expect(await get(stack.ref('Nameless'))).toMatchObject({ Value: 'x' });
});

test('parameters of the file are there too, and a SecureString is encrypted unless it is asked for WithDecryption', async () => {
  expect(await get('/shop/key', { WithDecryption: true })).toMatchObject({ Type: 'SecureString', Value: 'hush' });
  expect((await get('/shop/key'))?.Value).not.toContain('hush');
  await expect(get('/shop/none')).rejects.toThrow(named('ParameterNotFound'));
  expect(fixture.log.at(-1)).toContain('parameters.json');
});

test('GetParameters names what it did not find; GetParametersByPath gives one level, or all', async () => {
  const { Parameters, InvalidParameters } = await client.send(
    new GetParametersCommand({ Names: ['/shop/flag', '/shop/none', 'plain'] }),
  );
  expect(Parameters?.map(({ Value }) => Value)).toEqual(['on', 'p']);
  expect(InvalidParameters).toEqual(['/shop/none']);
  const below = async (more: object) => {
    const answer = await client.send(new GetParametersByPathCommand({ Path: '/shop', ...more }));
    return { names: answer.Parameters?.map(({ Name }) => Name), next: answer.NextToken };
  };
  expect(await below({})).toEqual({ names: ['/shop/flag', '/shop/key', '/shop/queue'], next: undefined });
  const { names, next } = await below({ Recursive: true, MaxResults: 3 });
  expect(names).toEqual(['/shop/flag', '/shop/key', '/shop/look/colours']);
  expect(await below({ Recursive: true, MaxResults: 3, NextToken: next })).toEqual({
    names: ['/shop/queue'],
    next: undefined,
  });
});

test('a function reads what its role allows: below a path, or one by one', async () => {
  expect(await get('/shop/flag', {}, own)).toMatchObject({ Value: 'on' });
  await expect(get('plain', {}, own)).rejects.toThrow(named('AccessDeniedException', 'ssm:GetParameter on resource'));
  await own.send(new GetParametersByPathCommand({ Path: '/shop/' }));
  await expect(own.send(new GetParametersCommand({ Names: ['/shop/flag', 'plain'] }))).rejects.toThrow(
    named('AccessDeniedException'),
  );
  await expect(
    own.send(new PutParameterCommand({ Name: '/shop/flag', Value: 'off', Overwrite: true })),
  ).rejects.toThrow(named('AccessDeniedException'));
});

test('PutParameter makes a parameter, or with Overwrite a new version', async () => {
  const put = (Name: string, Value: string, more: object = {}) =>
    client.send(new PutParameterCommand({ Name, Value, ...more }));
  await expect(put('/shop/new', '1')).rejects.toThrow(named('ValidationException', 'parameter type is required'));
  expect(await put('/shop/new', '1', { Type: 'String' })).toMatchObject({ Version: 1 });
  await expect(put('/shop/new', '2')).rejects.toThrow(named('ParameterAlreadyExists'));
  expect(await put('/shop/new', '2', { Overwrite: true })).toMatchObject({ Version: 2 });
  expect(await put('/shop/queue', 'moved', { Overwrite: true })).toMatchObject({ Version: 2 });
  expect(await get('/shop/queue')).toMatchObject({ Value: 'moved', Version: 2 });
});

describe('a template', () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-ssm-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const contextFile = join(folder, 'cdk.context.json');
  const outside = outsideValues(parameterFiles(folder, contextFile), openSecretStore(folder, { now: Date.now }));
  const tags = (Parameters: object, Tags: unknown) => {
    const template = {
      Parameters,
      Resources: {
        Own: parameter('own value', { Name: '/own' }),
        Queue: { Type: 'AWS::SQS::Queue', Properties: { Tags } },
      },
    };
    const stack = stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1', outside });
    return stack.find('Queue')?.properties.Tags;
  };
  const ofType = (type: string, Default: string) => ({ Given: { Type: type, Default } });

  test('resolves {{resolve:ssm:…}} with its own parameters, those of the file and those that CDK looked up', () => {
    writeFileSync(join(folder, 'parameters.json'), JSON.stringify({ '/team/name': 'blue', '/team/list': ['a', 'b'] }));
    writeFileSync(
      contextFile,
      JSON.stringify({ 'ssm:account=111111111111:parameterName=/looked/up:region=eu-west-1': 'found' }),
    );
    expect(tags({}, 'it is {{resolve:ssm:/own:1}}')).toBe('it is own value');
    expect(tags({}, '{{resolve:ssm:/team/name}}-{{resolve:ssm:/looked/up}}')).toBe('blue-found');
    expect(tags({}, '{{resolve:ssm-secure:/team/name:3}}')).toBe('blue');
  });

  test('gets the value of a parameter of type AWS::SSM::Parameter::Value<…>, and the name of one of type Name', () => {
    const given = { Ref: 'Given' };
    expect(tags(ofType('AWS::SSM::Parameter::Value<String>', '/own'), given)).toBe('own value');
    expect(tags(ofType('AWS::SSM::Parameter::Value<List<String>>', '/team/list'), given)).toEqual(['a', 'b']);
    expect(tags(ofType('AWS::SSM::Parameter::Name', '/own'), given)).toBe('/own');
  });

  test('without a value says where to put it, unless nobody asks for it', () => {
    const bootstrap = ofType('AWS::SSM::Parameter::Value<String>', '/cdk-bootstrap/hnb659fds/version');
    expect(tags(bootstrap, 'x')).toBe('x');
    expect(() => tags(bootstrap, { Ref: 'Given' })).toThrow(
      `put {"/cdk-bootstrap/hnb659fds/version": "…"} into ${join(folder, 'parameters.json')}`,
    );
  });
});
