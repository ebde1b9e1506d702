import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stackFromTemplate } from '#assembly/stack';
import type { Credentials } from '#iam/access-keys';
import { outsideValues } from '#secrets/outside-values';
import { openSecretStore } from '#secrets/secret-store';
import { startSecrets } from '#secrets/start';
import { parameterFiles } from '#ssm/parameter-files';
import { lambda, role } from '../dynamodb/template.ts';
import { startContext } from '../sqs/fixture.ts';

const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shop/own-??????';
const generated = {
  SecretStringTemplate: '{"username":"admin"}',
  GenerateStringKey: 'password',
  PasswordLength: 20,
  ExcludePunctuation: true,
};

let fixture: Awaited<ReturnType<typeof startContext>>;
beforeAll(async () => {
  fixture = await startContext(({ seen, plan }) => ({
    Resources: {
      WorkerRole: role([], { more: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: arn }] }),
      Worker: lambda('WorkerRole', { SEEN: seen, PLAN: plan }),
      Database: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: generated } },
      Named: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'shop/named', SecretString: 'given' } },
      Empty: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'shop/empty', Description: 'Nothing yet' } },
      NamedPolicy: {
        Type: 'AWS::SecretsManager::ResourcePolicy',
        Properties: {
          SecretId: { Ref: 'Named' },
          ResourcePolicy: {
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: { 'Fn::GetAtt': ['WorkerRole', 'Arn'] } },
                Action: 'secretsmanager:GetSecretValue',
                Resource: '*',
              },
            ],
          },
        },
      },
    },
  }));
  fixture.serve('/_aws/secretsmanager', await startSecrets(fixture.context));
});
afterAll(() => fixture?.stop());
beforeEach(() => store({ 'shop/own': { key: 'value' }, 'shop/other': 'text' }));

const store = (values: object) => writeFileSync(join(fixture.dataDirectory, 'secrets.json'), JSON.stringify(values));

function client(credentials: Credentials): SecretsManagerClient {
  const endpoint = `${fixture.context.origin}/_aws/secretsmanager`;
  return new SecretsManagerClient({ region: 'us-east-1', endpoint, credentials });
}

const get = (SecretId: string, credentials = fixture.worker(), more: object = {}) =>
  client(credentials).send(new GetSecretValueCommand({ SecretId, ...more }));
const named = (name: string, message = '') =>
  expect.objectContaining({ name, message: expect.stringContaining(message) });

test('a secret of the file is found by its name and by its ARN; JSON is returned as text', async () => {
  const answer = await get('shop/own');
  expect(answer).toMatchObject({ Name: 'shop/own', SecretString: '{"key":"value"}' });
  expect(answer.ARN).toMatch(/:secret:shop\/own-[0-9a-f]{6}$/);
  expect(await get(answer.ARN ?? '')).toMatchObject({ SecretString: '{"key":"value"}' });
});

test('a new value counts at once', async () => {
  store({ 'shop/own': 'new' });
  expect(await get('shop/own')).toMatchObject({ SecretString: 'new' });
});

test('a function gets only what its role allows, and a refusal does not tell whether the secret exists', async () => {
  await expect(get('shop/other')).rejects.toThrow(named('AccessDeniedException'));
  await expect(get('shop/none')).rejects.toThrow(named('AccessDeniedException'));
  expect(await get('shop/other', fixture.root())).toMatchObject({ SecretString: 'text' });
});

test('a missing secret is ResourceNotFoundException, and the log says where to put it', async () => {
  await expect(get('shop/none', fixture.root())).rejects.toThrow(named('ResourceNotFoundException'));
  expect(fixture.log.at(-1)).toContain('secrets.json');
});

test('a file that is not JSON is InvalidRequestException, which does not show what is in it', async () => {
  writeFileSync(join(fixture.dataDirectory, 'secrets.json'), '{"shop/own": hush');
  const error = await get('shop/own').catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'InvalidRequestException' });
  expect(String(error)).not.toContain('hush');
});

test('a wrong signature and another operation are refused', async () => {
  const forged = { ...fixture.worker(), secretAccessKey: 'wrong' };
  await expect(get('shop/own', forged)).rejects.toThrow(named('InvalidSignatureException'));
  await expect(client(fixture.root()).send(new RotateSecretCommand({ SecretId: 'shop/own' }))).rejects.toThrow(
    named('UnknownOperationException'),
  );
});

describe('a secret of the template', () => {
  const database = () => fixture.context.stack.ref('Database');

  test('with GenerateSecretString has a random password in its template, which stays the same', async () => {
    const { SecretString = '', Name } = await get(database(), fixture.root());
    expect(Name).toMatch(/^Database-\w{12}$/);
    const { username, password } = JSON.parse(SecretString);
    expect(username).toBe('admin');
    expect(password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9]{20}$/);
    const again = openSecretStore(fixture.dataDirectory, fixture.context.clock);
    expect(again.versions(Name ?? '', { GenerateSecretString: generated })?.[0]?.value).toBe(SecretString);
  });

  test('is allowed by its resource policy', async () => {
    expect(await get('shop/named')).toMatchObject({ SecretString: 'given', VersionStages: ['AWSCURRENT'] });
    await expect(get('shop/empty')).rejects.toThrow(named('AccessDeniedException'));
  });

  test('has a new version after PutSecretValue, and the former one as AWSPREVIOUS', async () => {
    const root = client(fixture.root());
    const before = await get('shop/named', fixture.root());
    const ClientRequestToken = '11111111-2222-4333-8444-555555555555';
    const put = (SecretString: string) =>
      root.send(new PutSecretValueCommand({ SecretId: 'shop/named', SecretString, ClientRequestToken }));
    expect(await put('changed')).toMatchObject({ VersionId: ClientRequestToken, VersionStages: ['AWSCURRENT'] });
    expect(await get('shop/named')).toMatchObject({ SecretString: 'changed', VersionId: ClientRequestToken });
    const previous = { SecretString: 'given', VersionId: before.VersionId };
    expect(await get('shop/named', fixture.root(), { VersionStage: 'AWSPREVIOUS' })).toMatchObject(previous);
    expect(await get('shop/named', fixture.root(), { VersionId: before.VersionId })).toMatchObject(previous);
    // The same once more is no new version, and another value with the same token is refused.
    await put('changed');
    await expect(put('other')).rejects.toThrow(named('ResourceExistsException'));
    const { VersionIdsToStages } = await root.send(new DescribeSecretCommand({ SecretId: 'shop/named' }));
    expect(VersionIdsToStages).toEqual({
      [ClientRequestToken]: ['AWSCURRENT'],
      [before.VersionId ?? '']: ['AWSPREVIOUS'],
    });
    await expect(get('shop/named', fixture.root(), { VersionStage: 'AWSPENDING' })).rejects.toThrow(
      named('ResourceNotFoundException', 'staging label: AWSPENDING'),
    );
  });

  test('without a value is described, and has none', async () => {
    const root = client(fixture.root());
    expect(await root.send(new DescribeSecretCommand({ SecretId: 'shop/empty' }))).toMatchObject({
      Description: 'Nothing yet',
      VersionIdsToStages: {},
    });
    await expect(get('shop/empty', fixture.root())).rejects.toThrow(named('ResourceNotFoundException'));
    const { SecretList = [] } = await root.send(new ListSecretsCommand({}));
    expect(SecretList.map(({ Name }) => Name)).toEqual(
      expect.arrayContaining(['shop/empty', 'shop/named', 'shop/own']),
    );
    const { RandomPassword } = await root.send(
      new GetRandomPasswordCommand({ PasswordLength: 12, IncludeSpace: true }),
    );
    expect(RandomPassword).toHaveLength(12);
  });
});

describe('a reference to a secret in the template', () => {
  const folder = mkdtempSync(join(tmpdir(), 'local-secret-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const secret = openSecretStore(folder, { now: Date.now });
  const outside = outsideValues(parameterFiles(folder, undefined), secret);
  const environment = (value: unknown) => {
    const template = {
      Resources: {
        Database: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: generated } },
        Queue: { Type: 'AWS::SQS::Queue', Properties: { Tags: value } },
      },
    };
    return stackFromTemplate({ template, name: 'Try', origin: 'http://127.0.0.1:1', outside }).find('Queue')?.properties
      .Tags;
  };

  test('is replaced by the generated value, or by a part of its JSON', () => {
    const field = (key: string) => ({
      'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Database' }, `:SecretString:${key}::}}`]],
    });
    expect(environment(field('username'))).toBe('admin');
    const url = { 'Fn::Join': ['', ['admin:', field('password'), '@host']] };
    expect(environment(url)).toMatch(/^admin:[A-Za-z0-9]{20}@host$/);
    expect(environment(url)).toBe(environment(url));
    expect(() => environment(field('none'))).toThrow('has no JSON with a key none');
  });

  test('finds a value of the file, and says where to put one that is missing', () => {
    expect(() => environment('{{resolve:secretsmanager:shop/key}}')).toThrow(
      `the secret shop/key has no value here: put {"shop/key": "…"} into ${join(folder, 'secrets.json')}`,
    );
    writeFileSync(join(folder, 'secrets.json'), JSON.stringify({ 'shop/key': { a: { b: 1 } } }));
    expect(environment('{{resolve:secretsmanager:shop/key}}')).toBe('{"a":{"b":1}}');
    expect(environment('{{resolve:secretsmanager:shop/key:SecretString:a}}')).toBe('{"b":1}');
  });
});
